using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>One of three sinks is dead for a time; the others must not become slower.</summary>
internal sealed class DeadSink()
    : FaultScenario("7", "one of three sinks dead", "the others ≥ 95 % of the throughput before; ≤ 1 attempt/s; ≤ 60 log lines")
{
    private const int Rate = 2000;

    public override Task RunAsync(FaultRun run) =>
        RunAsync(run, TimeSpan.FromSeconds(run.Pick(60, 10)), TimeSpan.FromSeconds(run.Pick(600, 30)));

    public static async Task RunAsync(FaultRun run, TimeSpan well, TimeSpan dead)
    {
        Arrivals[] arrivals = [new(), new(), new()];
        await using var one = new RecordServer(arrivals[0]);
        await using var two = new RecordServer(arrivals[1]);
        await using var three = new RecordServer(arrivals[2]);
        await using var site = new NumberedSite($"""
            [sinks.one]
            sink = "http"
            url  = "{one.Url}"
            [sinks.two]
            sink = "http"
            url  = "{two.Url}"
            [sinks.three]
            sink = "http"
            url  = "{three.Url}"
            """);
        foreach (var server in new[] { one, two, three }) await server.StartAsync();
        (site.Ledger.Rate, site.Ledger.Limit) = (Rate, long.MaxValue);
        site.Start();
        await Until.MustHoldAsync(() => arrivals.All(a => a.Distinct > Rate), TimeSpan.FromSeconds(60), "all three sinks");

        var before = await ThroughputAsync(arrivals, well);
        await three.StopAsync();
        var (attempts, lines, clock) = (0, site.Host.Count("sink=three"), Stopwatch.StartNew());
        using var closing = new TcpListener(IPAddress.Loopback, three.Port);
        closing.Start();
        var counting = CountAsync(closing, () => attempts++);
        var during = await ThroughputAsync(arrivals, dead);
        closing.Stop();
        await counting;
        clock.Stop();
        var (said, tried) = (site.Host.Count("sink=three") - lines, attempts);
        await three.StartAsync();
        site.Ledger.Limit = site.Ledger.Handed;
        await site.FedAsync(site.Ledger.Handed, TimeSpan.FromSeconds(30));
        var drained = await site.DrainedAsync(TimeSpan.FromSeconds(180));

        run.Note($"{dead.TotalSeconds:0} s dead; others {before:0}/s before, {during:0}/s during");
        run.Expect(during > 0, "the others are served");
        run.ExpectTime(during >= 0.95 * before, $"{during / before:P1}");
        run.Expect(tried > 0 && tried <= Math.Ceiling(clock.Elapsed.TotalSeconds), $"{tried} attempts");
        run.Expect(said <= 60, $"{said} log lines");
        run.Expect(drained is not null, $"the dead one has all {drained?.TotalSeconds:0.0} s after");
        run.Expect(arrivals.All(a => Verdict.Lost(site.Ledger, a) == 0), $"lost {arrivals.Sum(a => Verdict.Lost(site.Ledger, a))}");
        foreach (var each in arrivals) Verdict.ExpectSound(run, site.Ledger, each);
        Verdict.ExpectAccounted(run, await site.RoutesAsync());
        await site.StopAsync();
    }

    /// <returns>Numbers per second of the slower of the first two sinks.</returns>
    private static async Task<double> ThroughputAsync(Arrivals[] arrivals, TimeSpan time)
    {
        var (one, two, start) = (arrivals[0].Distinct, arrivals[1].Distinct, TimeProvider.System.GetTimestamp());
        await Task.Delay(time);
        return Math.Min(arrivals[0].Distinct - one, arrivals[1].Distinct - two) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task CountAsync(TcpListener listener, Action count)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                count();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The port is in use by the sink again.
        }
    }
}
