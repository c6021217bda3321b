using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Faults.Disk;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>SIGTERM while something hangs, loops, compiles or starts.</summary>
internal sealed class TermAnyMoment() : FaultScenario("23", "TERM at any moment", "ends ≤ 5 s, exit 0, END for all that started, counts even and as they are in the files")
{
    private const string Copy = "Plant.line.Scans.Payload(s => new { n = s.Number }).To(Sinks.lines);";

    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "signals and proc(5) of Linux");
        await SwapAsync(run);
        await RecipesAsync(run);
        if (!run.Pick(true, false)) return;
        await SinksAsync(run);
        await DiskFullAsync(run);
        await StartAsync(run, starts: 40);
    }

    /// <summary>The short form: a swap with hanging devices, a looping recipe, and some starts.</summary>
    public static async Task RunShortAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "signals and proc(5) of Linux");
        await SwapAsync(run);
        await StartAsync(run, starts: 3);
    }

    /// <summary>While the plugin of four hanging devices is replaced.</summary>
    private static async Task SwapAsync(FaultRun run)
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite + "\n" + string.Join('\n', Enumerable.Range(1, 4).Select(i => $"""
            [devices.sick{i}]
            driver  = "hostile"
            poll    = "20ms"
            timeout = "200ms"
            fault   = "hang"
            [devices.sick{i}.tags]
            a = "a"
            """)));
        site.Write("recipes/copy.csx", Copy);
        HostileFolder.Copy(site, "hostile");
        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync("OK plant=1 device=line");
        await host.WhenAsync("START .*device=sick4");
        HostileFolder.Touch(site, "hostile");
        await host.WhenAsync("PLUGIN name=hostile", 2);
        await HostEnd.TermAsync(run, host, "four hanging devices are swapped");
        ExpectLines(run, host, site);
    }

    /// <summary>While the compiler works, and while a recipe loops.</summary>
    private static async Task RecipesAsync(FaultRun run)
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite + "\n\n[limits]\nrecipe_time = \"60s\"\n");
        site.Write("recipes/copy.csx", Copy);
        await using (var host = PlantProcess.Start("run", site.Path))
        {
            await host.WhenAsync("OK plant=1 device=line");
            for (var i = 0; i < 20; i++) site.Write($"recipes/more{i}.csx", Copy.Replace("n =", $"more{i} =", StringComparison.Ordinal));
            await host.WhenAsync("RECIPE name=recipes/more");
            await HostEnd.TermAsync(run, host, "a compile runs");
        }

        for (var i = 0; i < 20; i++) File.Delete(site.At($"recipes/more{i}.csx"));
        site.Write("recipes/loop.csx", "Plant.tank.Scans.Where(s => { while (s.Number > 3) ; return true; }).Payload(s => s.Values).To(Sinks.lines);");
        await using var looping = PlantProcess.Start("run", site.Path);
        await looping.WhenAsync("RECIPE name=recipes/loop.csx state=Running");
        await looping.WhenAsync("OK plant=1 device=tank");
        await Task.Delay(1000);
        await HostEnd.TermAsync(run, looping, "a recipe loops");
    }

    /// <summary>While four sinks hang, with records waiting for each. The next start finds the records that END counted.</summary>
    private static async Task SinksAsync(FaultRun run)
    {
        var names = Enumerable.Range(1, 4).Select(i => $"h{i}").ToList();
        await using var site = new NumberedSite(string.Join('\n', names.Select(n => $"[sinks.{n}]\nsink = \"hostile\"\nfault = \"hang\"")));
        HostileFolder.Copy(site.Folder, "hostile");
        (site.Ledger.Rate, site.Ledger.Limit) = (0, 2500);
        site.Start();
        await site.FedAsync(2500, TimeSpan.FromSeconds(60));
        var host = site.Host;
        await HostEnd.TermAsync(run, host, "four sinks hang");
        var counts = HostEnd.SinkCounts(host.Output);
        var committed = site.Ledger.CommittedCount;
        run.Expect(counts.Count == 4 && counts.Values.All(c => c.Waiting >= committed && c.Waiting == c.Produced && c.Delivered == 0),
            $"{committed} acknowledged, waiting {string.Join('/', counts.Values.Select(c => c.Waiting))}");
        await host.DisposeAsync();
        site.Ledger.Limit = 0;
        site.Start();
        await site.Host.WhenAsync("START sink=h4");
        var routes = await site.RoutesAsync();
        run.Expect(routes.Count == 4 && routes.All(r => r.Waiting == counts[r.Sink].Waiting), "the next start finds the same counts");
    }

    private static async Task DiskFullAsync(FaultRun run)
    {
        var arrivals = new Arrivals();
        await using var site = new NumberedSite("[sinks.web]\nsink = \"http\"\nurl = \"http://127.0.0.1:9/\"", padding: 1000);
        SmallDisk disk;
        try
        {
            disk = await SmallDisk.MountAsync(site.Folder.At("data"), "32m");
        }
        catch (SkipException skip)
        {
            run.Note(skip.Message);
            return;
        }

        await using (disk)
        {
            (site.Ledger.Rate, site.Ledger.Limit) = (5000, 1_000_000);
            site.Start();
            await site.Host.WhenAsync("state=FULL");
            var host = site.Host;
            await Task.Delay(1000);

            // A few records in memory fit into the released reserve; more would be lost, which the exit code tells.
            var watch = Stopwatch.StartNew();
            await host.SignalAsync("TERM");
            var exit = await host.WhenExitedAsync();
            run.ExpectSeconds(watch.Elapsed.TotalSeconds, 5, "disk full: ");
            HostEnd.ExpectLines(run, host.Output, "disk full");
            var count = HostEnd.SinkCounts(host.Output)["web"];
            run.Expect(count.Waiting >= site.Ledger.CommittedCount && exit == (count.Lost > 0 ? 1 : 0),
                $"exit {exit}, {site.Ledger.CommittedCount} acknowledged, {count.Waiting} wait, {count.Lost} lost and said to be");
        }
    }

    /// <summary>
    /// From the moment at which the process handles the signal. Before that, while the runtime itself loads, no code of the host runs and
    /// nothing has been started; the kernel then ends the process.
    /// </summary>
    private static async Task StartAsync(FaultRun run, int starts)
    {
        using var site = new SiteFolder();
        site.Write("recipes/copy.csx", Copy);
        var (exits, slowest, handled) = (new List<int>(), 0.0, new List<double>());
        for (var i = 0; i < starts; i++)
        {
            var start = Stopwatch.StartNew();
            await using var host = PlantProcess.Start("run", site.Path);
            await Until.MustHoldAsync(() => ProcessFigures.HandlesSignals(host.Id), TimeSpan.FromSeconds(30), "a handler of SIGTERM");
            handled.Add(start.Elapsed.TotalMilliseconds);

            // The program registers its handlers right after that thread has started.
            await Task.Delay(50 + (i == 0 ? 0 : run.Random.Next(1500)));
            var watch = Stopwatch.StartNew();
            await host.SignalAsync("TERM");
            exits.Add(await host.WhenExitedAsync());
            slowest = Math.Max(slowest, watch.Elapsed.TotalSeconds);
            HostEnd.ExpectLines(run, host.Output, $"start {i}");
            if (exits[^1] != 0) await Console.Error.WriteLineAsync(host.Output);
        }

        run.Expect(exits.TrueForAll(e => e == 0), $"{starts} starts: exit {string.Join('/', exits.Distinct())}");
        run.ExpectSeconds(slowest, 5, "slowest ");
        run.Note(string.Create(CultureInfo.InvariantCulture, $"signals handled {handled.Min():0} to {handled.Max():0} ms after the start"));
    }

    /// <summary>The file has as many lines as the END line of its sink says were delivered.</summary>
    private static void ExpectLines(FaultRun run, PlantProcess host, SiteFolder site)
    {
        var (counts, lines) = (HostEnd.SinkCounts(host.Output)["lines"], site.Lines("data/lines.jsonl").Length);
        run.Expect(counts.Delivered == lines && lines > 0, $"{counts.Delivered} delivered, {lines} lines");
    }
}
