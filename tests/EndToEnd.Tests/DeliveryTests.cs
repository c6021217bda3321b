using PlantRuntime.Faults;
using PlantRuntime.Faults.Scenarios;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Short forms of the rows of <c>tests/run-faults</c>. Times are judged only there.</summary>
[Trait("Needs", "Process")]
public class DeliveryTests
{
    private const int Seed = 7;

    [Trait("Needs", "Server")]
    [SkippableFact]
    public Task Nothing_committed_is_lost_when_the_host_is_killed_and_the_broker_comes_and_goes() =>
        PassAsync(run => KillStorm.RunAsync(run, kills: 5, samples: 8000));

    [Trait("Needs", "Server")]
    [SkippableTheory]
    [InlineData("5.0", "KILL")]
    [InlineData("3.1.1", "TERM")]
    public Task A_backlog_at_mosquitto_is_read_on_one_connection(string version, string signal) =>
        PassAsync(run => MqttBacklog.RunAsync(run, version, 900, signal));

    [Trait("Needs", "Server")]
    [SkippableFact]
    public Task Notifications_are_lost_only_without_catch_up_and_then_the_gap_is_named() =>
        PassAsync(run => Notifications.RunAsync(run, rows: 2000, kills: 1, restarts: 2, cuts: 1, freezes: 1));

    [Trait("Needs", "Server")]
    [SkippableFact]
    public Task Records_of_many_gateways_are_in_one_table_once_and_in_order_when_servers_hosts_and_gateways_are_killed() =>
        PassAsync(new Ingest().RunAsync);

    [SkippableFact]
    public Task A_capped_queue_is_a_capped_file_and_counts_what_it_drops() => PassAsync(run => Cap.RunAsync(run, mebibytes: 64, times: 2));

    [SkippableFact]
    public Task Refused_records_are_dead_letters_and_those_refused_for_now_are_not() =>
        PassAsync(run => Poison.RunAsync(run, TimeSpan.FromSeconds(3)));

    [SkippableFact]
    public Task A_dead_sink_costs_no_other_a_record_and_is_tried_once_a_second_at_most() =>
        PassAsync(run => DeadSink.RunAsync(run, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)));

    [SkippableFact]
    public Task Reloads_of_recipes_and_plugins_lose_nothing_and_keep_every_connection() =>
        PassAsync(run => Reloads.RunAsync(run, recipes: 10, plugins: 2));

    [SkippableFact]
    public Task Credentials_that_far_ends_repeat_are_in_no_file_and_on_no_screen() => PassAsync(new EchoedSecrets().RunAsync);

    private static async Task PassAsync(Func<FaultRun, Task> row)
    {
        var run = new FaultRun(Seed, isShort: true, isTimed: false);
        await row(run);
        Assert.True(run.Failed.Count == 0, $"seed {Seed}: {run.Measured}");
    }
}
