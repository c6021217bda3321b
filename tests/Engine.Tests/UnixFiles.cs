using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace PlantRuntime.Engine.Tests;

/// <summary>Makes directory entries that .NET cannot make, and looks at files as an ordinary user does.</summary>
internal static class UnixFiles
{
    private const uint Nobody = 65534;

    /// <summary>Makes a pipe (FIFO).</summary>
    public static Task MakePipeAsync(string path) => RunAsync("mkfifo", path);

    /// <summary>Points a link at another target in one step, as mounted configuration does it.</summary>
    public static async Task SwapLinkAsync(string link, string target)
    {
        await RunAsync("ln", "-s", target, link + ".new");
        await RunAsync("mv", "-T", link + ".new", link);
    }

    /// <summary>Gives a folder and everything in it to the user of <see cref="AsOrdinaryUser"/>.</summary>
    public static void GiveToOrdinaryUser(string folder)
    {
        if (!Environment.IsPrivilegedProcess) return;
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Append(folder))
            Assert.Equal(0, ChangeOwner(path, Nobody, Nobody));
    }

    /// <summary>Runs with the file rights of an ordinary user, on a thread of its own, also if root runs the tests.</summary>
    public static T AsOrdinaryUser<T>(Func<T> run)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Environment.IsPrivilegedProcess) _ = SetFileUser(Nobody);
                result = run();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);

    [DllImport("libc", EntryPoint = "lchown")]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
