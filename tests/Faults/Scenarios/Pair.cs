using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// Two hosts of one site with a lease in nats-server. Both would write their plant id into the same register of a machine, and count scans
/// in a state. The active one is killed, cut off, stopped and let go, and hands over in order.
/// </summary>
internal sealed class Pair() : FaultScenario("30",
    "a pair: kill -9 of the active host, its network cut, its process stopped and let go, an orderly handover",
    "takeover ≤ 5 s (kill), ≤ 15 s (cut); never two that write to a machine; each record once; state carried over")
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>Largest number of scans that a takeover may count twice or not at all: 2 s of state, at 100 ms.</summary>
    private const int MostScans = 30;

    public override async Task RunAsync(FaultRun run)
    {
        Mosquitto.SkipIfMissing("nats-server");
        await using var server = await NatsServer.StartAsync();
        using var machine = new RegisterServer();
        await using var first = new PairHost(1, server.Port, machine.Port);
        await using var second = new PairHost(2, server.Port, machine.Port);
        try
        {
            await RunAsync(run, server, machine, first, second);
        }
        catch (TimeoutException)
        {
            foreach (var host in new[] { first, second }) await Console.Error.WriteLineAsync($"host {host.Id}:\n{host.Output}");
            throw;
        }
    }

    private static async Task RunAsync(FaultRun run, NatsServer server, RegisterServer machine, PairHost first, PairHost second)
    {
        var rounds = run.Pick(5, 1);
        await first.StartAsync();
        await ActiveAsync(first, 1);
        await first.Process.WhenAsync("CONNECTED sink=bus");
        await second.StartAsync();
        await KnownAsync(first, second);
        var (active, other) = (first, second);
        var takeovers = new List<(string Fault, double Seconds, double Limit)>();
        foreach (var fault in Enumerable.Range(0, rounds).SelectMany(_ => Faults(run)))
        {
            var seconds = await ApplyAsync(fault, run, active, other, machine);
            takeovers.Add((fault, seconds, fault == "cut" ? 15 : 5));
            (active, other) = (other, active);
        }

        foreach (var kind in takeovers.GroupBy(t => t.Fault))
        {
            run.ExpectTime(kind.All(t => t.Seconds <= t.Limit), string.Create(CultureInfo.InvariantCulture,
                $"{kind.Key}: {kind.Count()} takeovers, first write of the other host after {kind.Min(t => t.Seconds):0.0} to {kind.Max(t => t.Seconds):0.0} s"));
        }

        await JudgeAsync(run, server, machine, active, other, [.. takeovers.Select(t => t.Fault)]);
    }

    private static IEnumerable<string> Faults(FaultRun run)
    {
        string[] faults = ["kill", "cut", "stop", "handover"];
        run.Random.Shuffle(faults);
        return faults;
    }

    /// <returns>Seconds until the other host wrote to the machine.</returns>
    private static async Task<double> ApplyAsync(string fault, FaultRun run, PairHost active, PairHost other, RegisterServer machine)
    {
        var terms = other.Terms;
        var began = Stopwatch.GetTimestamp();
        switch (fault)
        {
            case "kill": await active.SignalAsync("KILL"); break;
            case "cut": active.Cut(); break;
            case "stop": await active.SignalAsync("STOP"); break;
            default:
                var (code, text) = await PlantProcess.RunAsync("handover", active.Site.Path);
                run.Expect(code == 0, code == 0 ? "handover: exit code 0" : $"handover: {text}");
                break;
        }

        await ActiveAsync(other, terms + 1);
        await Until.MustHoldAsync(() => PairHost.FirstWrite(machine, other.Id, began) is not null, s_patience, $"a write after {fault}");
        var seconds = PairHost.Seconds(began, PairHost.FirstWrite(machine, other.Id, began)!.Value);
        switch (fault)
        {
            case "kill": await active.StartAsync(); break;
            case "cut": active.Mend(); break;
            case "stop":
                // In all as long as the row says; the other host is active meanwhile.
                await Task.Delay(TimeSpan.FromSeconds(run.Pick(30, 8)) - Stopwatch.GetElapsedTime(began));
                await active.SignalAsync("CONT");
                break;
        }

        await KnownAsync(other, active);
        return seconds;
    }

    private static async Task JudgeAsync(
        FaultRun run, NatsServer server, RegisterServer machine, PairHost active, PairHost other, IReadOnlyList<string> faults)
    {
        // The host that waits has delivered its queue, as late; the active one ends in order.
        var drained = await Until.HoldsAsync(async () => await WaitingRecordsAsync(other) == 0, s_patience);
        run.ExpectTime(drained is not null, "the queue of the host that waits is delivered");
        await other.SignalAsync("TERM");
        await other.Process.WhenExitedAsync();
        await active.SignalAsync("TERM");
        await active.Process.WhenExitedAsync();

        var writes = machine.Writes;
        var turns = writes.Zip(writes.Skip(1)).Count(w => w.First.Value != w.Second.Value);
        run.Expect(turns == faults.Count, $"{writes.Count} writes; the writer changed {turns} times, {faults.Count} takeovers");
        var records = await PairStream.ReadAsync(server.Port, "PAIR");
        var doubles = records.Count - records.DistinctBy(r => r.Id).Count();
        run.Expect(doubles == 0, $"{records.Count} records, doubles {doubles}");
        foreach (var host in new[] { active, other })
        {
            var (produced, delivered, rejected) = Counts(host);
            var arrived = records.Count(r => r.Host == host.Id);
            run.Expect(produced == delivered + rejected && delivered == arrived,
                $"host {host.Id}: {produced} produced, {delivered} delivered, {rejected} rejected, {arrived} in the stream");
        }

        var late = records.Count(r => r.IsLate);
        run.Note($"{late} late");

        // Marked ones aside, the tokens rise in the order of the stream, but for a batch that was on its way at a cut or stop.
        var onTime = records.Where(r => !r.IsLate).ToList();
        var fallen = onTime.Zip(onTime.Skip(1)).Count(r => r.Second.Token < r.First.Token);
        run.Expect(fallen <= faults.Count(f => f is "cut" or "stop"), $"an older token without the mark {fallen} times");
        var terms = records.GroupBy(r => r.Token).OrderBy(g => g.Key).Select(g => (Min: g.Min(r => r.Number), Max: g.Max(r => r.Number)))
            .ToList();
        var worst = terms.Zip(terms.Skip(1)).Select(t => Math.Abs(t.Second.Min - t.First.Max - 1)).DefaultIfEmpty().Max();
        run.Expect(terms.Count == faults.Count + 1, $"{terms.Count} terms");
        run.ExpectTime(worst <= MostScans, $"the state differs by {worst} scans at most after a takeover");
    }

    private static Task ActiveAsync(PairHost host, int terms) => host.Process.WhenAsync("LEASE state=Active", terms);

    /// <summary>Waits until the other host has compiled the recipes and the active one knows that it waits.</summary>
    private static async Task KnownAsync(PairHost active, PairHost other) => _ = await Until.HoldsAsync(
        async () => other.IsReady && (await active.StatusAsync())?["lease"]?["standby"] is JsonArray { Count: 1 }, s_patience)
        ?? throw new TimeoutException($"host {active.Id} knows of no standby, {other.Id}");

    private static async Task<long> WaitingRecordsAsync(PairHost host) =>
        (await host.StatusAsync())?["sinks"]!.AsArray().Sum(s => (long)s!["waiting"]!) ?? -1;

    private static (long Produced, long Delivered, long Rejected) Counts(PairHost host)
    {
        // The last END of the process has the counts of the queue, over all runs.
        var end = host.Output.Split('\n').Last(l => l.Contains(" END sink=bus", StringComparison.Ordinal));
        return (Field("produced"), Field("delivered"), Field("deadlettered"));

        long Field(string name)
        {
            var at = end.IndexOf($"{name}=", StringComparison.Ordinal) + name.Length + 1;
            return long.Parse(string.Concat(end[at..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
        }
    }
}
