using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Replaces recipes and plugins repeatedly under load; every sample must pass through exactly one version, in order.</summary>
internal sealed partial class Reloads() : FaultScenario(
    "15", "1,000 recipe reloads and 200 plugin reloads at 10,000 samples/s",
    "lost, doubled, out of order 0; reconnects 0; old contexts alive 0; memory ≤ +10 %")
{
    private static readonly string[] s_recipes = ["first", "second"];
    private static readonly string[] s_plugins = ["Simulator", "Http"];

    public override Task RunAsync(FaultRun run) => RunAsync(run, run.Pick(1000, 100), run.Pick(200, 10));

    public static async Task RunAsync(FaultRun run, int recipes, int plugins)
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await server.StartAsync();
        await using var site = new NumberedSite($"""
            [sinks.web]
            sink = "http"
            url  = "{server.Url}"
            """,
            more: """
            [devices.beside]
            driver = "simulator"
            [devices.beside.tags]
            level = "const 5"
            [sinks.first]
            sink     = "jsonl"
            path     = "data/first.jsonl"
            delivery = "direct"
            """);
        site.Folder.Replace("site.toml", "recipe_queue = 1000", "recipe_queue = 1000\nrecipe_watch = \"1s\"");
        File.Delete(site.Folder.At("recipes/all.csx"));
        foreach (var plugin in s_plugins) CopyPlugin(site, plugin);
        for (var i = 0; i < s_recipes.Length; i++) Save(site, i, version: 1);
        (site.Ledger.Rate, site.Ledger.Limit) = (10_000, long.MaxValue);
        site.Start();
        await site.Host.WhenAsync("OK .*device=beside");

        var rounds = recipes / s_recipes.Length;
        var (memory, replaced) = (0L, 0);
        var watch = TimeProvider.System.GetTimestamp();
        for (var round = 1; round <= rounds; round++)
        {
            for (var i = 0; i < s_recipes.Length; i++) Save(site, i, round + 1);
            if (replaced < plugins && (long)replaced * rounds < (long)plugins * round)
            {
                await site.Host.WhenAsync("(UNLOADED|LEAK) plugin=", replaced);
                Touch(site, s_plugins[replaced++ % s_plugins.Length], replaced);
            }

            await site.Host.WhenAsync($"state=Running version={round + 1} ", s_recipes.Length);
            if (round == Math.Max(2, rounds / 10)) memory = await RestAsync(run, site);
        }

        var rate = site.Ledger.Handed / TimeProvider.System.GetElapsedTime(watch).TotalSeconds;
        await site.Host.WhenAsync("(UNLOADED|LEAK) plugin=", replaced);

        var growth = (double)await RestAsync(run, site) / memory - 1;
        site.Ledger.Limit = site.Ledger.Handed;
        await site.FedAsync(site.Ledger.Handed, TimeSpan.FromSeconds(60));
        var drained = await site.DrainedAsync(TimeSpan.FromSeconds(180), "web");
        var routes = await site.RoutesAsync();
        var host = site.Host;
        await site.StopAsync();

        run.Note($"{rounds * s_recipes.Length} recipe and {replaced} plugin reloads, {arrivals.Distinct} samples at {rate:0}/s");
        run.Expect(drained is not null, "drained");
        run.Expect(site.Ledger.Handed == arrivals.Distinct, $"lost {site.Ledger.Handed - arrivals.Distinct}");
        run.Expect(arrivals.Duplicates == 0, $"doubled {arrivals.Duplicates}");
        Verdict.ExpectSound(run, site.Ledger, arrivals);
        Verdict.ExpectAccounted(run, routes);
        run.Expect(host.Count("CONNECTED plant=1 device=source") == 1 && host.Count("RECONNECT") == 0,
            $"reconnects {host.Count("RECONNECT")}");
        run.Expect(host.Count("LEAK") == 0,
            $"contexts alive {host.Count("LEAK recipe=")} of recipes, {host.Count("LEAK plugin=")} of plugins");
        run.Expect(growth <= run.Pick(0.1, 10), $"resident {memory / 1e6:0} MB {growth:+0.0 %;-0.0 %}");
        ExpectSeamless(run, host.Output, site.Folder);
    }

    /// <summary>Waits under load without reloads, so that old versions are unloaded, and those that are not are named.</summary>
    /// <returns>Resident memory of the host in bytes.</returns>
    private static async Task<long> RestAsync(FaultRun run, NumberedSite site)
    {
        await Task.Delay(TimeSpan.FromSeconds(run.Pick(30, 1)));
        return site.ResidentBytes;
    }

    /// <summary>Writes a recipe for half of the tags that also notes its first scan and the delay of its first 50.</summary>
    private static void Save(NumberedSite site, int recipe, int version)
    {
        var path = $"recipes/{s_recipes[recipe]}.csx";
        site.Folder.Write(path + ".new", $$"""
            long first = 0, count = 0;
            double late = 0;
            Plant.source.Scans.Where(s =>
            {
                if (count >= 50) return false;
                if (count == 0) first = s.Number;
                late = Math.Max(late, (DateTime.UtcNow - s.Time).TotalMilliseconds);
                return ++count == 50;
            }).Payload(s => new { recipe = "{{path}}", v = {{version}}, first, late }).To(Sinks.first);
            Plant.source.Scans.Only("t{{2 * recipe}}", "t{{2 * recipe + 1}}").Payload(s => new { v = {{version}}, s.Values }).To(Sinks.web);
            """);
        File.Move(site.Folder.At(path + ".new"), site.Folder.At(path), overwrite: true);
    }

    private static void CopyPlugin(NumberedSite site, string plugin)
    {
        Directory.CreateDirectory(site.Folder.At("plugins/" + plugin));
        foreach (var file in Directory.GetFiles(Path.Combine(PlantProcess.Folder, "plugins", plugin)))
            File.Copy(file, site.Folder.At($"plugins/{plugin}/{Path.GetFileName(file)}"));
    }

    private static void Touch(NumberedSite site, string plugin, int seconds) =>
        File.SetLastWriteTimeUtc(site.Folder.At($"plugins/{plugin}/PlantRuntime.{plugin}.dll"), DateTime.UnixEpoch.AddYears(50)
            .AddSeconds(seconds));

    /// <summary>Each version must start with the scan after the last one of the version before, without delay.</summary>
    private static void ExpectSeamless(FaultRun run, string log, SiteFolder folder)
    {
        var swaps = SwapLine().Matches(log);
        var last = swaps.ToDictionary(m => (m.Groups[1].Value, int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture)),
            m => long.Parse(m.Groups[3].ValueSpan, CultureInfo.InvariantCulture));
        var first = folder.Lines("data/first.jsonl").Select(l => JsonDocument.Parse(l).RootElement)
            .Select(r => (Key: (r.GetProperty("recipe").GetString()!, r.GetProperty("v").GetInt32()), First: r.GetProperty("first")
                .GetInt64(), Late: r.GetProperty("late").GetDouble()))
            .Where(f => last.ContainsKey(f.Key)).ToList();
        var torn = first.Count(f => f.First != last[f.Key] + 1);
        run.Expect(first.Count > 0 && torn == 0, $"switched at the number told {first.Count - torn}/{first.Count}");
        Note(swaps.Select(m => double.Parse(m.Groups[4].ValueSpan, CultureInfo.InvariantCulture)), "swap pause");
        Note(first.Select(f => f.Late), "latest of the first 50 scans");

        void Note(IEnumerable<double> milliseconds, string what)
        {
            var sorted = milliseconds.Order().ToList();
            var p99 = sorted[(int)(sorted.Count * 0.99)];
            run.Note(FormattableString.Invariant(
                $"{what} p50 {sorted[sorted.Count / 2]:0.0}, p99 {p99:0.0}, max {sorted[^1]:0.0} ms, {sorted.Count(m => m >= 5)} of {sorted.Count} not below 5 ms"));
        }
    }

    [GeneratedRegex(@"RECIPE name=(\S+) state=Running version=(\d+) .*last_scan=source:(\d+) pause=([\d.]+)ms")]
    private static partial Regex SwapLine();
}
