using PlantRuntime.Conformance;
using PlantRuntime.Engine.RecipeHost.Build;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>Free memory in copies of /proc and /sys/fs/cgroup.</summary>
public sealed class FreeMemoryTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("the machine alone", 1 << 20, null, null, 1L << 30)]
    [InlineData("a group with a limit", 1 << 20, "536870912", null, (512L << 20) - (300 << 20) + (100 << 20) + 1000000)]
    [InlineData("a group without a limit", 1 << 20, "max", null, 1L << 30)]
    [InlineData("a group above with a lower limit", 1 << 20, "536870912", "419430400", (400L << 20) - (300 << 20) + (100 << 20) + 1000000)]
    [InlineData("a machine with less than the group allows", 1 << 10, "536870912", null, 1L << 20)]
    public void The_scarcest_place_counts(string what, int machineKilobytes, string? own, string? above, long expected)
    {
        Write("proc/meminfo", $"MemTotal:       8000000 kB\nMemFree:  12 kB\nMemAvailable:   {machineKilobytes} kB\n");
        Write("proc/self/cgroup", "0::/system.slice/plant.service\n");
        Group("system.slice/plant.service", own);
        Group("system.slice", above);
        Assert.True(expected == FreeMemory.Read(_root.Of("proc"), _root.Of("groups")), what);
    }

    [Fact]
    public void Old_control_groups_count_too()
    {
        Write("proc/meminfo", "MemAvailable: 1048576 kB\n");
        Write("proc/self/cgroup", "9:memory:/docker/abc\n");
        Write("groups/memory/memory.limit_in_bytes", "268435456\n");
        Write("groups/memory/memory.usage_in_bytes", "200000000\n");
        Write("groups/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 50000000\n");
        Assert.Equal(268435456 - 200000000 + 50000000, FreeMemory.Read(_root.Of("proc"), _root.Of("groups")));
    }

    [Fact]
    public void An_old_control_group_below_the_root_counts_with_those_above()
    {
        Write("proc/meminfo", "MemAvailable: 1048576 kB\n");
        Write("proc/self/cgroup", "9:cpuset:/\n4:memory:/system.slice/plant.service\n0::/\n");
        foreach (var group in new[] { "", "/system.slice", "/system.slice/plant.service" })
        {
            var limit = group.EndsWith("service", StringComparison.Ordinal) ? 536870912 : 9223372036854771712;
            Write($"groups/memory{group}/memory.limit_in_bytes", $"{limit}\n");
            Write($"groups/memory{group}/memory.usage_in_bytes", "400000000\n");
        }

        Assert.Equal(536870912 - 400000000, FreeMemory.Read(_root.Of("proc"), _root.Of("groups")));
    }

    [Fact]
    public void A_system_that_tells_nothing_has_enough() =>
        Assert.Equal(long.MaxValue, FreeMemory.Read(_root.Of("proc"), _root.Of("groups")));

    private void Group(string name, string? limit)
    {
        if (limit is null) return;
        Write($"groups/{name}/memory.max", limit + "\n");
        Write($"groups/{name}/memory.current", "314572800\n");
        Write($"groups/{name}/memory.stat", "anon 1\ninactive_file 104857600\nactive_file 2000000\n");
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.Of(file))!);
        File.WriteAllText(_root.Of(file), text);
    }
}
