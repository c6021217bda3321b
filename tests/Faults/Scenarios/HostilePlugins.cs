using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>One host with a copy of the hostile plugin for each fault, as driver and as sink, beside counted devices.</summary>
internal sealed class HostilePlugins() : FaultScenario(
    "22", "hostile drivers and sinks, one plugin for each fault, in one host",
    "process lives; each named once; others miss 0; account even; start ≤ 5 s longer; end ≤ 5 s; a stack overflow is named by the next start")
{
    private const int Rate = 200;
    private const int HealthyPeriod = 50;

    /// <summary>Faults of drivers, each with the log lines that must be there, and how often.</summary>
    private static readonly Case[] s_drivers =
    [
        new("thread", "PARKED device=d_thread", 1),
        new("unreadable-thread", "PARKED device=d_unreadable_thread", 1),
        new("async-void", "PARKED device=d_async_void", 1),
        new("message", "PARKED device=d_message", 1),
        new("overwrite", "PARKED device=d_overwrite", 1),
        new("replace-tag", "PARKED device=d_replace_tag", 1),
        new("quality", "PARKED device=d_quality", 1),
        new("endpoint-throws", "PARKED device=d_endpoint_throws", 1),
        new("keep", "PARKED device=d_keep", 1),
        new("cancel-callback", "PARKED device=d_cancel_callback", 1),
        new("hang", "PARKED device=d_hang", 1),
        new("open-hangs", "PARKED device=d_open_hangs", 1),
        new("long-reason", "RECONNECT .*device=d_long_reason", 0),
        new("foreign-cancel", "RECONNECT .*device=d_foreign_cancel .*reason=\"no answer: the driver cancelled", 0),
        new("dispose-throws", "CLOSE device=d_dispose_throws", 0),
        new("dispose-hangs", "CLOSE device=d_dispose_hangs", 0),
    ];

    private static readonly Case[] s_sinks =
    [
        new("thread", "PARKED sink=s_thread", 1),
        new("async-void", "PARKED sink=s_async_void", 1),
        new("message", "PARKED sink=s_message", 1),
        new("clear", "PARKED sink=s_clear", 1),
        new("add", "PARKED sink=s_add", 1),
        new("cancel-callback", "PARKED sink=s_cancel_callback", 1),
        new("hang", "PARKED sink=s_hang", 1),
        new("keep", "CONNECTED sink=s_keep", 0),
        new("strange-indexes", "REJECTED sink=s_strange_indexes", 0),
        new("long-reason", "(RETRY|DOWN) sink=s_long_reason", 0),
        new("foreign-cancel", "(RETRY|DOWN) sink=s_foreign_cancel reason=\"the sink cancelled", 0),
        new("dispose-throws", "CLOSE sink=s_dispose_throws", 0),
        new("dispose-hangs", "CLOSE sink=s_dispose_hangs", 0),
    ];

    private static readonly string[] s_brief =
        ["thread", "async-void", "overwrite", "keep", "clear", "strange-indexes", "foreign-cancel", "dispose-hangs"];

    public override async Task RunAsync(FaultRun run)
    {
        var baseline = run.Pick(await StartTimeAsync([], []), 0);
        await RunAsync(run, baseline);
        if (run.Pick(true, false)) await OverflowAsync(run);
    }

    private static async Task RunAsync(FaultRun run, double baseline)
    {
        var drivers = s_drivers.Where(c => run.Pick(true, s_brief.Contains(c.Fault))).ToList();
        var sinks = s_sinks.Where(c => run.Pick(true, s_brief.Contains(c.Fault))).ToList();
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await server.StartAsync();
        await using var site = NewSite(server.Url, drivers, sinks);
        (site.Ledger.Rate, site.Ledger.Limit) = (Rate, long.MaxValue);
        var start = Stopwatch.StartNew();
        site.Start();
        await site.Host.WhenAsync("OK plant=1 device=healthy");
        var longer = start.Elapsed.TotalSeconds - baseline;
        run.ExpectTime(baseline == 0 || longer <= 5, string.Create(CultureInfo.InvariantCulture, $"start {longer:+0.0;-0.0} s"));

        // Faults of a disposal are logged at the end.
        foreach (var fault in drivers.Concat(sinks).Where(c => !c.Said.StartsWith("CLOSE", StringComparison.Ordinal)))
            await site.Host.WhenAsync(fault.Said);

        // The supervisors poll twice a second, so that a repeated line would come within the next seconds.
        var seen = arrivals.Distinct;
        await Until.MustHoldAsync(() => arrivals.Distinct > seen + (run.Pick(20, 2) * Rate), TimeSpan.FromSeconds(120), "more records");
        site.Ledger.Limit = site.Ledger.Handed;
        await site.FedAsync(site.Ledger.Handed, TimeSpan.FromSeconds(60));
        var drained = await site.DrainedAsync(TimeSpan.FromSeconds(60), "web");
        run.Expect(drained is not null && Verdict.Lost(site.Ledger, arrivals) == 0, $"{arrivals.Distinct} records, lost {Verdict.Lost(site.Ledger, arrivals)}");
        Verdict.ExpectSound(run, site.Ledger, arrivals);
        var routes = await site.RoutesAsync();
        Verdict.ExpectAccounted(run, routes);
        var produced = routes.Where(r => r.Sink != "scans").Select(r => r.Produced).Distinct().ToList();
        var isAll = produced is [var all] && all == site.Ledger.Handed;
        run.Expect(isAll, $"every route produced {string.Join(" or ", produced)} of {site.Ledger.Handed}");
        var host = site.Host;
        await HostEnd.TermAsync(run, host, "end");
        foreach (var fault in drivers.Concat(sinks))
        {
            var count = host.Count(fault.Said);
            if (count == 0 || (fault.Times > 0 && count != fault.Times)) run.Expect(false, $"{fault.Said} is there {count} times");
        }

        run.Note($"{drivers.Count} drivers and {sinks.Count} sinks named");
        run.Expect(!host.Output.Split('\n').Any(l => l.Length > 4096), "no line above 4 KB");
        ExpectScans(run, site.Folder.Lines("data/scans.jsonl"));
        if (run.Failed.Count > 0) await Console.Error.WriteLineAsync(host.Output);
    }

    private static NumberedSite NewSite(string url, IReadOnlyList<Case> drivers, IReadOnlyList<Case> sinks)
    {
        var site = new NumberedSite(
            string.Join('\n', [
                $"""
                [sinks.web]
                sink = "http"
                url  = "{url}"
                """,
                .. sinks.Select(c => $"""
                [sinks.s_{c.Name}]
                sink  = "sink-{c.Fault}"
                fault = "{c.Fault}"
                """)]),
            more: string.Join('\n', [
                $"""
                [devices.healthy]
                driver = "simulator"
                poll   = "{HealthyPeriod}ms"
                [devices.healthy.tags]
                level = "const 5"
                """,
                .. drivers.Select(c => $"""
                [devices.d_{c.Name}]
                driver  = "driver-{c.Fault}"
                poll    = "50ms"
                timeout = "200ms"
                fault   = "{c.Fault}"
                [devices.d_{c.Name}.tags]
                a = "a"
                b = "b"
                """)]));
        File.AppendAllText(site.Folder.At("site.toml"), "\n[sinks.scans]\nsink = \"jsonl\"\npath = \"data/scans.jsonl\"\n");
        site.Folder.Write("recipes/healthy.csx", "Plant.healthy.Scans.Payload(s => new { n = s.Number, t = s.Time }).To(Sinks.scans);");
        foreach (var fault in drivers) HostileFolder.Copy(site.Folder, $"driver-{fault.Fault}");
        foreach (var fault in sinks) HostileFolder.Copy(site.Folder, $"sink-{fault.Fault}");
        return site;
    }

    /// <summary>The time in which the site starts with these faults.</summary>
    private static async Task<double> StartTimeAsync(IReadOnlyList<Case> drivers, IReadOnlyList<Case> sinks)
    {
        await using var site = NewSite("http://127.0.0.1:9/", drivers, sinks);
        var start = Stopwatch.StartNew();
        site.Start();
        await site.Host.WhenAsync("OK plant=1 device=healthy");
        var seconds = start.Elapsed.TotalSeconds;
        await site.StopAsync();
        return seconds;
    }

    /// <summary>A stack overflow ends the process; the next start names the plugin and parks it, and all else runs.</summary>
    private static async Task OverflowAsync(FaultRun run)
    {
        await using var site = NewSite("http://127.0.0.1:9/", [new Case("stack-overflow", "", 0)], []);
        site.Start();
        var exit = await site.Host.WhenExitedAsync();
        await site.Host.DisposeAsync();
        site.Start();
        await site.Host.WhenAsync("CRASH plugin=driver-stack-overflow .*Recurse");
        await site.Host.WhenAsync("PARKED device=d_stack_overflow .*stack overflow");
        await site.Host.WhenAsync("OK plant=1 device=healthy");
        run.Expect(exit != 0, "a stack overflow is named by the next start");
        await site.StopAsync();
    }

    private static void ExpectScans(FaultRun run, string[] lines)
    {
        var scans = lines.Select(l => JsonDocument.Parse(l).RootElement)
            .Select(r => (Number: r.GetProperty("n").GetInt64(), Time: r.GetProperty("t").GetDateTime())).ToList();
        var missed = scans.Zip(scans.Skip(1), (a, b) => b.Number - a.Number - 1).Sum();
        run.Expect(scans.Count > 1 && missed == 0, $"{scans.Count} scans of the healthy device, missed {missed}");
        var gap = scans.Zip(scans.Skip(1), (a, b) => (b.Time - a.Time).TotalMilliseconds).Max();
        run.Note(string.Create(CultureInfo.InvariantCulture, $"longest gap {gap:0} ms of {HealthyPeriod}"));
    }

    /// <summary>A fault, the log line that names it, and how often that line must be there; 0 for at least once.</summary>
    private sealed record Case(string Fault, string Said, int Times)
    {
        public string Name => Fault.Replace('-', '_');
    }
}
