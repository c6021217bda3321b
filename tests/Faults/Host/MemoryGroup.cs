using System.Globalization;

namespace PlantRuntime.Faults.Host;

/// <summary>A control group with a limit of memory, of version 1 or 2. Needs the right to create one.</summary>
internal sealed class MemoryGroup : IAsyncDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private static readonly bool s_isUnified = File.Exists(Path.Combine(Root, "cgroup.controllers"));
    private readonly string _folder = Path.Combine(Root, s_isUnified ? "" : "memory", $"plant-faults-{Guid.NewGuid():N}");

    private MemoryGroup()
    {
    }

    /// <summary>The programs that move a process into the group and then execute it, for <see cref="PlantProcess.StartThrough"/>.</summary>
    public IReadOnlyList<string> Launcher => ["sh", "-c", $"echo $$ > {_folder}/cgroup.procs; exec \"$@\"", "sh"];

    /// <summary>The most memory that the group has had, pages of files included, in MB; 0 where the system does not tell.</summary>
    public long PeakMegabytes => Read(s_isUnified ? "memory.peak" : "memory.max_usage_in_bytes") is [var bytes, ..]
        ? long.Parse(bytes, CultureInfo.InvariantCulture) >> 20 : 0;

    /// <summary>Number of processes that the kernel has killed for want of memory.</summary>
    public string Kills => Read(s_isUnified ? "memory.events" : "memory.oom_control")
        .FirstOrDefault(l => l.StartsWith("oom_kill ", StringComparison.Ordinal))?[9..] ?? "0";

    /// <summary>Creates a group; null if the user may not.</summary>
    public static MemoryGroup? TryCreate(int megabytes)
    {
        if (!s_isUnified && !Directory.Exists(Path.Combine(Root, "memory"))) return null;
        var group = new MemoryGroup();
        try
        {
            Directory.CreateDirectory(group._folder);
            File.WriteAllText(Path.Combine(group._folder, s_isUnified ? "memory.max" : "memory.limit_in_bytes"), $"{megabytes}M");
            return group;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            group.TryDelete();
            return null;
        }
    }

    public async ValueTask DisposeAsync() => await Until.HoldsAsync(TryDelete, TimeSpan.FromSeconds(10)).ConfigureAwait(false);

    private string[] Read(string file) =>
        File.Exists(Path.Combine(_folder, file)) ? File.ReadAllLines(Path.Combine(_folder, file)) : [];

    /// <summary>A group can be deleted once its processes have ended.</summary>
    private bool TryDelete()
    {
        try
        {
            if (Directory.Exists(_folder)) Directory.Delete(_folder);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
