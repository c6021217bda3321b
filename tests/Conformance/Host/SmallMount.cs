using System.Diagnostics;

namespace PlantRuntime.Conformance.Host;

/// <summary>A disk in memory that is soon full, in a folder. Needs the right to mount; without it the test skips.</summary>
public sealed class SmallMount : IDisposable
{
    private SmallMount(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Mounts a disk in a new folder.</summary>
    /// <param name="size">Its size, as <c>32m</c>.</param>
    /// <param name="path">The folder to create; a temporary one when not given.</param>
    public static SmallMount Create(string size, string? path = null)
    {
        path = path is null ? Directory.CreateTempSubdirectory("plant-disk-").FullName : Directory.CreateDirectory(path).FullName;
        var isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path);
        if (!isMounted) Directory.Delete(path);
        Skip.IfNot(isMounted, "this user may not mount a small disk");
        return new SmallMount(path);
    }

    /// <summary>Writes a file until so many bytes are left.</summary>
    public void FillUntil(string name, long left)
    {
        var path = System.IO.Path.Combine(Path, name);
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[4096];
        while (new DriveInfo(Path).AvailableFreeSpace - block.Length >= left)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                // Another file has taken the last bytes.
                return;
            }
        }
    }

    /// <inheritdoc/>
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
