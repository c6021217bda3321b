using System.Globalization;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Reads how much memory a process in the host's control group can still get on Linux: the least of what the machine and each control group
/// above it have. Stateless; any thread; reads /proc and /sys.
/// </summary>
internal static class FreeMemory
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>Bytes that are free; <see cref="long.MaxValue"/> where the system does not tell.</summary>
    public static long Read() => Read("/proc", Groups);

    /// <summary>Reads the same below other roots of the two file systems, for tests.</summary>
    public static long Read(string proc, string groups)
    {
        var free = Lines(Path.Combine(proc, "meminfo")).Select(l => l.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w is ["MemAvailable", ..]).Select(w => Number(w[1]) * 1024).FirstOrDefault(long.MaxValue);
        var membership = Lines(Path.Combine(proc, "self", "cgroup"));
        var current = membership.FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal))?[4..] ?? "";
        free = Math.Min(free, LeastOf(groups, current, OfGroup));

        // 4:memory:/system.slice/plant.service; inside a container the path is that of the machine, and only the root of the groups exists.
        var old = membership.Select(l => l.Split(':', 3))
            .FirstOrDefault(w => w.Length == 3 && w[1].Split(',').Contains("memory"))?[2].TrimStart('/') ?? "";
        return Math.Min(free, LeastOf(Path.Combine(groups, "memory"), old, OfOldGroup));
    }

    /// <summary>Returns the least of what a control group and those above it have.</summary>
    private static long LeastOf(string root, string group, Func<string, long> read)
    {
        for (var free = long.MaxValue; ; group = Path.GetDirectoryName(group) ?? "")
        {
            free = Math.Min(free, read(Path.Combine(root, group)));
            if (group.Length == 0) return free;
        }
    }

    /// <summary>
    /// Reads a control group of version 2. Pages of files count as free as far as the kernel reclaims them on demand.
    /// </summary>
    private static long OfGroup(string folder) =>
        Lines(Path.Combine(folder, "memory.max")) is [var limit] && Number(limit) is < long.MaxValue and var most
        && Lines(Path.Combine(folder, "memory.current")) is [var used]
            ? most - Number(used) + Reclaimable(folder, "")
            : long.MaxValue;

    /// <summary>Reads a control group of version 1.</summary>
    private static long OfOldGroup(string folder) =>
        Lines(Path.Combine(folder, "memory.limit_in_bytes")) is [var limit] && Number(limit) is < long.MaxValue / 2 and var most
        && Lines(Path.Combine(folder, "memory.usage_in_bytes")) is [var used]
            ? most - Number(used) + Reclaimable(folder, "total_")
            : long.MaxValue;

    /// <summary>Inactive pages of files and half of the active ones, as in the kernel's own MemAvailable.</summary>
    private static long Reclaimable(string folder, string prefix)
    {
        var stat = Lines(Path.Combine(folder, "memory.stat"));
        return Value($"{prefix}inactive_file ") + (Value($"{prefix}active_file ") / 2);

        long Value(string key) =>
            stat.Where(l => l.StartsWith(key, StringComparison.Ordinal)).Select(l => Number(l[key.Length..])).FirstOrDefault();
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;

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
}
