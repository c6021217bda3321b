using PlantRuntime.Faults;
using PlantRuntime.Faults.Rows;
using PlantRuntime.Faults.Runaways;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The short form of row 17 of <c>tests/faults</c>.</summary>
public class RunawayTests
{
    [Fact]
    public async Task A_recipe_that_waits_or_floods_memory_is_stopped_and_named_and_the_others_miss_nothing()
    {
        var run = new FaultRun(seed: 1, isShort: true);
        await Runaway.RunAsync(run, [.. RunawayCase.All.Where(c => c.Name is "hidden sleep" or "hidden read" or "2 GB in a list" or "2 GB of text" or "2 GB at the top" or "kept, 50 MB a scan")]);
        Assert.True(run.Failed.Count == 0, run.Measured);
    }
}
