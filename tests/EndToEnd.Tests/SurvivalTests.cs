using PlantRuntime.Faults;
using PlantRuntime.Faults.Scenarios;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Short forms of rows 21, 22, 23, 25, 27, 28 and 30 of <c>tests/run-faults</c>. Times are judged only there.</summary>
[Trait("Needs", "Process")]
public class SurvivalTests
{
    private const int Seed = 7;

    [SkippableFact]
    public Task Odd_files_and_rights_are_named_and_stop_nothing() => PassAsync(run => new OddFiles().RunAsync(run));

    [SkippableFact]
    public Task Hostile_plugins_are_named_and_the_others_miss_nothing() => PassAsync(run => new HostilePlugins().RunAsync(run));

    [SkippableFact]
    public Task A_host_ends_in_order_at_any_moment() => PassAsync(TermAnyMoment.RunShortAsync);

    [SkippableFact]
    public Task A_data_folder_that_is_deleted_and_a_site_that_is_moved_lose_nothing() => PassAsync(run => new DataGone().RunAsync(run));

    [SkippableFact]
    public Task Foreign_texts_are_escaped_wherever_they_are_shown() => PassAsync(run => new ForeignTexts().RunAsync(run));

    [SkippableFact]
    public Task A_small_site_runs_in_little_memory_and_few_files_are_named() => PassAsync(run => new LittleRoom().RunAsync(run));

    [SkippableFact]
    public Task Guesses_traversals_and_floods_get_nothing_from_the_web_server() => PassAsync(run => new WebAttack().RunAsync(run));

    [SkippableFact]
    [Trait("Needs", "Server")]
    public Task One_host_of_a_pair_writes_to_a_machine_and_each_record_arrives_once() => PassAsync(run => new Pair().RunAsync(run));

    private static async Task PassAsync(Func<FaultRun, Task> row)
    {
        var run = new FaultRun(Seed, isShort: true, isTimed: false);
        await row(run);
        Assert.True(run.Failed.Count == 0, $"seed {Seed}: {run.Measured}");
    }
}
