namespace PlantRuntime.Faults.Disk;

/// <summary>A small tmpfs mounted on a folder. Needs the right to mount.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    public static async Task<SmallDisk> MountAsync(string folder, string size)
    {
        Directory.CreateDirectory(folder);
        var (exit, output) = await Tool.RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
        Skip.If(exit != 0, $"this user may not mount a small disk: {output.Trim()}");
        return new SmallDisk(folder);
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync("umount", "-l", _folder);
}
