using PlantRuntime.Faults;
using PlantRuntime.Faults.Scenarios;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The short form of row 17 of <c>tests/run-faults</c>.</summary>
[Trait("Needs", "Process")]
public class RunawayTests
{
    [Fact]
    public async Task A_recipe_that_waits_or_floods_memory_is_stopped_and_named_and_the_others_miss_nothing()
    {
        var run = new FaultRun(seed: 1, isShort: true, isTimed: false);
        await new Runaway().RunAsync(run);
        Assert.True(run.Failed.Count == 0, run.Measured);
    }
}
