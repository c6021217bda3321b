using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;
using PlantRuntime.Queue;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Kills the host at random numbers while the broker is stopped and started.</summary>
internal sealed class KillStorm() : FaultScenario("1", "kill -9 storm, MQTT QoS 1, broker toggled every 2–7 s",
    "lost, foreign, corrupt, out of order 0; duplicates ≤ bound; first delivery ≤ 10 s")
{
    public override Task RunAsync(FaultRun run) => RunAsync(run, run.Pick(50, 10), run.Pick(100_000, 20_000));

    public static async Task RunAsync(FaultRun run, int kills, int samples)
    {
        var arrivals = new Arrivals();
        await using var broker = new Broker(arrivals);
        await using var site = new NumberedSite($"""
            [sinks.broker]
            sink  = "mqtt"
            host  = "127.0.0.1"
            port  = {broker.Port}
            topic = "faults"
            """);
        await broker.StartAsync();
        (site.Ledger.Limit, site.Ledger.Rate) = (samples, 2000);
        using var calm = new CancellationTokenSource();
        var toggling = ToggleAsync(broker, new Random(run.Seed), calm.Token);
        var first = new List<double>();
        var points = Enumerable.Range(0, kills).Select(_ => run.Random.Next(samples * 99 / 100)).Order().ToList();
        for (var i = 0; i < kills; i++)
        {
            var before = site.Ledger.Runs;
            site.Start();
            var (isUp, stops) = (broker.IsUp, broker.Stops);
            arrivals.StartTimer();
            await Until.MustHoldAsync(() => site.Ledger.Runs > before && site.Ledger.Handed >= points[i], TimeSpan.FromSeconds(60),
                $"number {points[i]}");
            await site.KillAsync();
            if (isUp && broker.Stops == stops && arrivals.FirstAfter is { } wait) first.Add(wait.TotalSeconds);
        }

        await calm.CancelAsync();
        await toggling;
        if (!broker.IsUp) await broker.StartAsync();
        site.Start();
        arrivals.StartTimer();
        await site.FedAsync(samples, TimeSpan.FromSeconds(180));
        var drained = await site.DrainedAsync(TimeSpan.FromSeconds(120));
        await Until.HoldsAsync(() => Verdict.Lost(site.Ledger, arrivals) == 0, TimeSpan.FromSeconds(20));
        first.Add(arrivals.FirstAfter?.TotalSeconds ?? double.PositiveInfinity);

        run.Note($"{kills} kills, {broker.Stops} broker stops");
        run.Expect(drained is not null, $"drained in {drained?.TotalSeconds:0.0} s");
        Verdict.ExpectAllThere(run, site.Ledger, arrivals);
        var bound = ((long)kills * RecordBuffer.FullRecords) + (broker.Stops * 2L * Broker.InFlight);
        run.Expect(arrivals.Duplicates <= bound, $"duplicates {arrivals.Duplicates} ≤ {bound}");
        run.ExpectTime(first.Max() <= 10, $"first delivery ≤ {first.Max():0.0} s of {first.Count} starts");
        Verdict.ExpectAccounted(run, await site.RoutesAsync());
    }

    private static async Task ToggleAsync(Broker broker, Random chance, CancellationToken calm)
    {
        while (true)
        {
            try
            {
                await Task.Delay(chance.Next(2000, 7000), calm);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (broker.IsUp) await broker.StopAsync();
            else await broker.StartAsync();
        }
    }
}
