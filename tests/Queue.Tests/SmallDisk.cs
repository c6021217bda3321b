using System.Diagnostics;

namespace PlantRuntime.Queue.Tests;

/// <summary>A disk in memory that is soon full. Needs the right to mount; without it the test skips.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk Mount(string size)
    {
        var path = Directory.CreateTempSubdirectory("plant-disk-").FullName;
        var isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path);
        if (!isMounted) Directory.Delete(path);
        Skip.IfNot(isMounted, "this user may not mount a small disk");
        return new SmallDisk(path);
    }

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
