using System.Diagnostics;
using System.Text.Json.Nodes;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>A server that rejects some records permanently, and then all records temporarily.</summary>
internal sealed class Poison() : FaultScenario("6", "poison: 11 refused records in 10,000, then a time of 401/429/5xx",
    "9,989 delivered ≤ 30 s; 11 dead letters ≤ 5 tries each; none on retryable answers")
{
    private const int Samples = 10_000;
    private const int Refused = 11;
    private static readonly int[] s_retryable = [401, 429, 500, 502, 503];

    public override Task RunAsync(FaultRun run) => RunAsync(run, TimeSpan.FromSeconds(run.Pick(600, 20)));

    public static async Task RunAsync(FaultRun run, TimeSpan trouble)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await using var site = new NumberedSite($"""
            [sinks.web]
            sink = "http"
            url  = "{server.Url}"
            """);
        var poison = new HashSet<int>();
        while (poison.Count < Refused) poison.Add(run.Random.Next(100, Samples));
        string[] marks = [.. poison.Select(p => $":{p}:")];
        server.Answer = body => marks.Any(m => body.Contains(m, StringComparison.Ordinal)) ? (422, null) : (204, null);
        await server.StartAsync();
        site.Ledger.Limit = Samples;
        site.Start();
        await Until.MustHoldAsync(() => site.Ledger.Handed > 0, TimeSpan.FromSeconds(60), "the first number");
        var watch = Stopwatch.StartNew();
        await Until.HoldsAsync(() => arrivals.Distinct >= Samples - Refused, TimeSpan.FromSeconds(60));
        run.Expect(arrivals.Distinct == Samples - Refused, $"{arrivals.Distinct} delivered");
        run.ExpectTime(watch.Elapsed.TotalSeconds <= 30, $"in {watch.Elapsed.TotalSeconds:0.0} s, {server.Requests} requests");
        await site.DrainedAsync(TimeSpan.FromSeconds(30));
        var letters = await LettersAsync(site);
        run.Expect(letters.Count == Refused, $"{letters.Count} dead letters");
        run.Expect(letters.All(l => (int)l["tries"]! <= 5), $"≤ {letters.Max(l => (int)l["tries"]!)} tries");
        run.Expect(letters.All(l => poison.Any(p => $"{l["record"]}".Contains($":{p}:", StringComparison.Ordinal))), "the right ones");

        var (before, lines, clock) = (server.Requests, site.Host.Count("sink=web"), Stopwatch.StartNew());
        server.Answer = _ => s_retryable[run.Random.Next(s_retryable.Length)] is var status && status == 429 ? (status, 1) : (status, null);
        (site.Ledger.Rate, site.Ledger.Limit) = (100, Samples + (100 * (long)trouble.TotalSeconds));
        await Task.Delay(trouble);
        run.Note($"{server.Requests - before} attempts and {site.Host.Count("sink=web") - lines} log lines in {clock.Elapsed.TotalSeconds:0} s of trouble");
        server.Answer = _ => (204, null);
        await site.FedAsync(site.Ledger.Limit, TimeSpan.FromSeconds(60));
        var drained = await site.DrainedAsync(TimeSpan.FromSeconds(120));
        run.Expect(drained is not null, $"drained {drained?.TotalSeconds:0.0} s after");
        run.Expect((await LettersAsync(site)).Count == Refused, "no dead letter more");
        run.Expect(Verdict.Lost(site.Ledger, arrivals) == Refused, $"missing {Verdict.Lost(site.Ledger, arrivals)}");
        Verdict.ExpectSound(run, site.Ledger, arrivals);
        Verdict.ExpectAccounted(run, await site.RoutesAsync());
        await site.StopAsync();
    }

    /// <summary>The output of <c>plant queue export</c>.</summary>
    private static async Task<IReadOnlyList<JsonNode>> LettersAsync(NumberedSite site)
    {
        var file = site.Folder.At("letters.jsonl");
        var (exit, output) = await PlantProcess.RunAsync("queue", "export", site.Folder.Path, "--to", file);
        if (exit != 0) throw new InvalidOperationException(output);
        return [.. File.ReadLines(file).Select(l => JsonNode.Parse(l)!)];
    }
}
