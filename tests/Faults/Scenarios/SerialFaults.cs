using System.Globalization;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// A serial line with nine units and a dead one, each a device of its own, whose replies come behind noise, cut, behind echoes, late or
/// damaged, and whose adapter is unplugged and plugged in again.
/// </summary>
internal sealed class SerialFaults() : FaultScenario("32",
    "serial line: unplugged and back, noise, half frames, echoes, one dead unit of ten",
    "nine units keep ≥ 80 % of their rhythm; wrong values 0; healed ≤ 2 rounds")
{
    private const int Units = 10;
    private const int Dead = 5;
    private const int Register = 100;
    private const double LeastRhythm = 0.8;
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    // Two rounds, and the pause before the host connects again.
    private static readonly TimeSpan s_heal = (2 * s_poll) + TimeSpan.FromSeconds(1);

    public override async Task RunAsync(FaultRun run)
    {
        int[] alive = [.. Enumerable.Range(1, Units).Where(unit => unit != Dead)];
        await using var units = await SerialUnits.StartAsync(alive, 19_200, TimeSpan.FromMilliseconds(5), isPaced: true, run.Seed);
        using var site = CreateSite(units.Port);
        await using var host = PlantProcess.Start("run", site.Path);
        foreach (var unit in alive) await host.WhenAsync($"OK .*device=meter{unit} ");
        var phase = TimeSpan.FromSeconds(run.Pick(60, 15));
        foreach (var (fault, share) in new[] { ("none", 0), ("noise", 0.2), ("half", 0.1), ("echo", 0.5), ("late", 0.1), ("wrong", 0.2) })
        {
            await units.FaultAsync(fault, share);
            var from = TimeProvider.System.GetUtcNow();
            await Task.Delay(phase);
            ExpectRhythm(run, fault == "none" ? "one dead" : fault, Good(site, from, from + phase), phase, alive);
        }

        await units.FaultAsync("none");
        await ExpectHealedAsync(run, site, alive, "after faults", 2 * s_poll);
        await units.UnplugAsync();
        await host.WhenAsync("RECONNECT .*device=meter1 ");
        await Task.Delay(phase / 4);
        await units.PlugInAsync();
        await ExpectHealedAsync(run, site, alive, "plugged in", s_heal);
        var wrong = Samples(site).Count(sample => sample.Value is { } value && value != Register);
        run.Expect(wrong == 0, $"wrong values {wrong}");
        run.Expect(host.Count("(ERROR|BUG|PARKED)") == 0, "no fault of the host");
    }

    private static SiteFolder CreateSite(string port)
    {
        var devices = Enumerable.Range(1, Units).Select(unit => $$"""
            [devices.meter{{unit}}]
            driver        = "modbus"
            port          = "{{port}}"
            baud          = 19200
            unit_id       = {{unit}}
            reply_timeout = "200ms"
            poll          = "1s"
            reconnect     = { first = "1s", max = "1s" }

              [devices.meter{{unit}}.tags]
              value = "holding:{{Register}}"

            """);
        var site = new SiteFolder($"""
            [site]
            name = "line"

            {string.Join('\n', devices)}
            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("recipes/all.csx",
            string.Join('\n', Enumerable.Range(1, Units).Select(unit => $"Plant.meter{unit}.Scans.To(Sinks.lines);")));
        return site;
    }

    private static void ExpectRhythm(FaultRun run, string fault, Dictionary<string, int> good, TimeSpan phase, int[] alive)
    {
        var least = alive.Min(unit => good.GetValueOrDefault($"meter{unit}")) / (phase / s_poll);
        run.ExpectTime(least >= LeastRhythm, string.Create(CultureInfo.InvariantCulture, $"{fault} {least:P0}"));
    }

    private static async Task ExpectHealedAsync(FaultRun run, SiteFolder site, int[] alive, string what, TimeSpan limit)
    {
        var from = TimeProvider.System.GetUtcNow();
        var healed = await Until.HoldsAsync(
            () => alive.All(unit => Good(site, from, DateTimeOffset.MaxValue).ContainsKey($"meter{unit}")), TimeSpan.FromSeconds(60));
        run.Expect(healed is not null, $"{what}: all nine are read");
        run.ExpectTime(healed <= limit + TimeSpan.FromSeconds(0.5),
            string.Create(CultureInfo.InvariantCulture, $"healed {healed?.TotalSeconds:0.0} s"));
    }

    // The number of good values of each device in a time.
    private static Dictionary<string, int> Good(SiteFolder site, DateTimeOffset from, DateTimeOffset to) =>
        Samples(site).Where(sample => sample.Value is not null && sample.Time >= from && sample.Time < to)
            .GroupBy(sample => sample.Device).ToDictionary(group => group.Key, group => group.Count());

    private static IEnumerable<(string Device, DateTimeOffset Time, int? Value)> Samples(SiteFolder site)
    {
        foreach (var line in site.Lines("data/lines.jsonl"))
        {
            if (!line.StartsWith('{') || !line.EndsWith('}')) continue;
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var isBad = root.TryGetProperty("quality", out _);
            yield return (root.GetProperty("device").GetString()!, root.GetProperty("time").GetDateTimeOffset(),
                isBad ? null : root.GetProperty("tags").GetProperty("value").GetInt32());
        }
    }
}
