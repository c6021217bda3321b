using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.RecipeHost;

namespace PlantRuntime.Engine.Tests.RecipeHost;

public sealed class MemorySupervisorTests
{
    private const long Limit = 1000L << 20;
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _stopped = [];
    private readonly Dictionary<string, long> _allocated = new() { ["greedy"] = 0, ["steady"] = 0, ["small"] = 0 };
    private readonly MemorySupervisor _supervisor;
    private long _used;
    private int _collections;

    public MemorySupervisorTests() =>
        _supervisor = new MemorySupervisor(_time, new HeapReader(() => Limit, () => _used, () => _collections++));

    [Fact]
    public void The_recipe_that_allocated_most_of_late_is_stopped_at_three_quarters()
    {
        // It allocated most since its start, but nothing of late.
        _allocated["steady"] = 900L << 20;
        for (var i = 0; i < 30; i++) Check(used: 740);
        _allocated["greedy"] = 400L << 20;
        Check(used: 749);
        Assert.Equal((0, 0), (_stopped.Count, _collections));
        Check(used: 751);
        Assert.Equal(["greedy: the host keeps 751 MB of the 1000 MB that it may, and this recipe allocated most of late"], _stopped);
    }

    [Fact]
    public void After_a_stop_it_waits_three_seconds()
    {
        _allocated["greedy"] = 400L << 20;
        Check(used: 900);
        _allocated["steady"] = 500L << 20;
        Check(used: 990);
        Assert.Single(_stopped);
        _time.Advance(TimeSpan.FromSeconds(3));
        Check(used: 990);
        Assert.Equal(2, _stopped.Count);
    }

    [Fact]
    public void A_recipe_that_cannot_have_filled_the_memory_is_left_alone()
    {
        _allocated["small"] = 100L << 20;
        Check(used: 900);
        Assert.Equal((0, 1), (_stopped.Count, _collections));
    }

    [Fact]
    public void Memory_that_a_collection_cannot_release_is_collected_again_only_after_it_has_grown()
    {
        Check(used: 800);
        Check(used: 820);
        Assert.Equal(1, _collections);
        Check(used: 851);
        Assert.Equal(2, _collections);
    }

    [Fact]
    public void A_new_version_begins_to_count_at_zero()
    {
        _allocated["greedy"] = 900L << 20;
        Check(used: 100);
        _allocated["greedy"] = 1L << 20;
        _allocated["steady"] = 300L << 20;
        Check(used: 900);
        Assert.StartsWith("steady", Assert.Single(_stopped), StringComparison.Ordinal);
    }

    private void Check(long used)
    {
        _used = used << 20;
        _supervisor.Check([.. _allocated.Select(a => new RecipeAllocation(a.Key, a.Value, reason => _stopped.Add($"{a.Key}: {reason}")))]);
    }
}
