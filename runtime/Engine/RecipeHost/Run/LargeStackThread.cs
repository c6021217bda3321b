using System.Runtime.InteropServices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Starts recipe threads with a stack of 1 GiB. Calls that the framework nests, such as a LINQ operator in an operator, contain no check of
/// the guard, and a stack overflow ends the process. One level needs on the stack up to six times the bytes of its objects, so that a
/// recipe reaches its memory limit before the end of such a stack. Linux allocates a page of a stack when it is first touched, so that
/// unused stack takes no memory. Stateless; any thread.
/// </summary>
internal static class LargeStackThread
{
    private const int Most = 1 << 30;
    private const int Least = 1 << 20;

    // 8 MiB on systems that count reserved memory, where a larger stack would take memory that the heap needs.
    private static readonly int s_size = IsCounted() ? 8 * Least : Most;

    /// <summary>Starts a thread with such a stack, or with the largest that there is room for.</summary>
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
                // The address space has no room for a stack of this size; the next try halves it.
            }
        }
    }

    /// <summary>True when a thread has used more of its stack than this, at any time since it started.</summary>
    /// <param name="top">Address of the stack's beginning, from <see cref="ExecutionGuard.AddressOf"/>; 0 before the thread runs.</param>
    /// <param name="bytes">The amount of stack.</param>
    public static bool HasUsed(nint top, int bytes)
    {
        if (top == 0 || s_size <= bytes || !OperatingSystem.IsLinux()) return false;
        var page = (nint)Environment.SystemPageSize;
        return IsResident((top - bytes) / page * page, page, out var state) == 0 && (state & 1) != 0;
    }

    /// <summary>
    /// Returns whether reserved memory counts as used: in a 32-bit process, with overcommit_memory 2, and with a limit of the
    /// address space (proc(5)).
    /// </summary>
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
