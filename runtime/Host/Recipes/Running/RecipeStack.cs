using System.Runtime.InteropServices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// Stacks of recipe threads. Calls that the framework nests (an operator of LINQ in an operator, an object in an object) meet no check, and
/// the end of a stack is the end of the process. A level costs a stack up to six times the bytes of its objects, so that a recipe comes to
/// the end of its memory before it comes to the end of 1 GB. Linux gives a page when it is first touched: what is not used is only a number.
/// </summary>
internal static class RecipeStack
{
    private const int Most = 1 << 30;
    private const int Least = 1 << 20;

    // Where the number counts it would take what the heap needs.
    private static readonly int s_size = IsCounted() ? 8 * Least : Most;

    /// <summary>Starts a thread with such a stack, or the largest that there is room for.</summary>
    public static Thread Start(string name, Action run)
    {
        for (var size = s_size; ; size /= 2)
        {
            try
            {
                var thread = new Thread(() => run(), size) { IsBackground = true, Name = name };
                thread.Start();
                return thread;
            }
            catch (OutOfMemoryException) when (size > Least)
            {
                // No room for one of this size.
            }
        }
    }

    /// <summary>True when a thread has used more of its stack than this, at any time since it started.</summary>
    /// <param name="top">Where the stack began, by <see cref="Guard.AddressOf"/>; 0 before.</param>
    /// <param name="bytes">How much.</param>
    public static bool HasUsed(nint top, int bytes)
    {
        if (top == 0 || s_size <= bytes || !OperatingSystem.IsLinux()) return false;
        var page = (nint)Environment.SystemPageSize;
        return IsResident((top - bytes) / page * page, page, out var state) == 0 && (state & 1) != 0;
    }

    /// <summary>With 32 bits, and by proc(5) with overcommit_memory 2 or a limit of the address space.</summary>
    private static bool IsCounted() =>
        !Environment.Is64BitProcess
        || Lines("/proc/sys/vm/overcommit_memory").Any(l => l.StartsWith('2'))
        || Lines("/proc/self/limits").Any(l =>
            l.StartsWith("Max address space  ", StringComparison.Ordinal) && !l.Contains(" unlimited ", StringComparison.Ordinal));

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [DllImport("libc", EntryPoint = "mincore")]
    private static extern int IsResident(nint page, nint bytes, out byte state);
}
