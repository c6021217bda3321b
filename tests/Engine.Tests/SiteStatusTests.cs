using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Tests.Reload;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.Tests;

/// <summary><c>Site.Alerts</c> and <c>Site.Health</c> of a running host.</summary>
[Trait("Needs", "Process")]
public class SiteStatusTests
{
    private const string Simulated = """
        [site]
        name = "alerts"
        [devices.sim]
        driver = "simulator"
        poll = "50ms"
          [devices.sim.tags]
          a = "sine"
          b = "counter"
        [sinks.log]
        sink = "jsonl"
        path = "data/log.jsonl"
        delivery = "direct"
        """;

    [Fact]
    public async Task A_lost_device_is_an_alert_and_another_when_it_is_removed()
    {
        using var site = new SiteFolder();
        site.Write("site.toml", Simulated);
        site.Write("recipes/alerts.csx", "Site.Alerts.Payload(a => new { a.Kind, a.Subject, a.IsActive, a.Reason }).To(Sinks.log);");
        await using var host = await SiteHostFixture.StartAsync(site);
        var gone = $"""

            [devices.gone]
            driver = "modbus"
            host = "127.0.0.1"
            port = {ClosedPort.Find()}
              [devices.gone.tags]
              a = "holding:0"
            """;
        await host.EditAsync("delivery = \"direct\"", $"delivery = \"direct\"\n{gone}", 1);
        await WhenLoggedAsync(site, """{"Kind":"Device","Subject":"gone","IsActive":true,"Reason":"connection refused""");
        await host.EditAsync(gone, "", 2);
        await WhenLoggedAsync(site, """{"Kind":"Device","Subject":"gone","IsActive":false,""");
    }

    [Fact]
    public async Task A_device_that_is_lost_and_back_is_two_alerts()
    {
        using var site = new SiteFolder();
        site.Write("site.toml", Simulated.Replace(
            "poll = \"50ms\"", """
            poll = "50ms"
            reconnect = { first = "100ms", max = "100ms" }
            faults = [{ kind = "disconnect", after = "2s", for = "1s" }]
            """, StringComparison.Ordinal));
        site.Write("recipes/alerts.csx", "Site.Alerts.Payload(a => new { a.Kind, a.Subject, a.IsActive, a.Reason }).To(Sinks.log);");
        await using var host = await SiteHostFixture.StartAsync(site);
        await WhenLoggedAsync(site, """{"Kind":"Device","Subject":"sim","IsActive":true,""");
        await WhenLoggedAsync(site, """{"Kind":"Device","Subject":"sim","IsActive":false,""");
    }

    [Fact]
    public async Task A_sink_that_is_down_with_a_queue_that_fills_up_is_an_alert_each_until_it_is_back()
    {
        using var site = new SiteFolder();
        Directory.CreateDirectory(site.At("data/blocked"));
        site.Write("site.toml", $"""
            {Simulated}
            [sinks.blocked]
            sink = "jsonl"
            path = "data/blocked"
            queue = {"{"} max_size = "1MB" {"}"}
            """);
        site.Write("recipes/alerts.csx", """
            Site.Alerts.Payload(a => new { a.Kind, a.Subject, a.IsActive, a.Reason }).To(Sinks.log);
            var words = new string('x', 20_000);
            Plant.sim.Scans.Where(scan => scan.Number < 100).Payload(scan => new { scan.Number, words }).To(Sinks.blocked);
            """);
        await using var host = await SiteHostFixture.StartAsync(site);
        await WhenLoggedAsync(site, """{"Kind":"Sink","Subject":"blocked","IsActive":true,""");
        await WhenLoggedAsync(site, """{"Kind":"Queue","Subject":"blocked","IsActive":true,"Reason":"it is """);
        Directory.Delete(site.At("data/blocked"));
        await WhenLoggedAsync(site, """{"Kind":"Sink","Subject":"blocked","IsActive":false,""");
        await WhenLoggedAsync(site, """{"Kind":"Queue","Subject":"blocked","IsActive":false,""");
    }

    [Fact]
    public async Task A_disk_is_full_above_90_percent_and_has_room_again_below_85()
    {
        using var site = new SiteFolder();
        site.Write("site.toml", Simulated);
        await using var host = await SiteHostFixture.StartAsync(site);
        var (time, free) = (new ManualTimeProvider(), 200L << 20);
        var lines = new RecentLines(10);
        using var log = new PlantLog(time, LogLevel.Info, lines);
        var status = new SiteStatus(time, new DiskMonitor(log, _ => new DiskSpace(free, 1000L << 20)));
        status.Attach(host.Host.Site);
        foreach (var (mebibytes, alerts) in new[] { (200, 0), (101, 0), (99, 1), (140, 1), (151, 2), (120, 2), (50, 3) })
        {
            free = (long)mebibytes << 20;
            time.Advance(TimeSpan.FromSeconds(5));
            await status.PollAsync(default);
            Assert.Equal(alerts, status.AlertsAfter(0).Count(a => a.Kind == AlertKind.Disk));

            // Data and log file are on one disk, which is shown once.
            var disk = Assert.Single(status.Disks);
            Assert.Equal((site.At("data"), free, alerts % 2 == 1), (disk.Folder, disk.Space.Free, disk.Warning is not null));
        }

        log.Flush();
        Assert.Equal(
            ["WARN  DISK state=Filling used=90%", "INFO  DISK state=OK used=85%", "WARN  DISK state=Filling used=95%"],
            lines.After(0).Select(l =>
                l.Line[25..].Replace($"folder={site.At("data")} ", "", StringComparison.Ordinal).Split(" free=")[0]));

        Assert.Equal(
            [(true, "99 MB are free"), (false, "99 MB are free"), (true, "50 MB are free")],
            status.AlertsAfter(0).Where(a => a.Kind == AlertKind.Disk).Select(a => (a.IsActive, a.Reason.Split(": ")[1])));
        Assert.All(status.AlertsAfter(0), a => Assert.Equal(site.At("data"), a.Subject));
    }

    [Fact]
    public async Task A_recipe_with_errors_is_an_alert_until_it_is_mended()
    {
        using var site = new SiteFolder();
        site.Write("site.toml", Simulated);
        site.Write("recipes/alerts.csx", "Site.Alerts.Payload(a => new { a.Kind, a.Subject, a.IsActive, a.Reason }).To(Sinks.log);");
        await using var host = await SiteHostFixture.StartAsync(site);
        site.Write("recipes/bad.csx", "Plant.sim.Scans.To(Sinks.lag);");
        await WhenLoggedAsync(site, """{"Kind":"Recipe","Subject":"recipes/bad.csx","IsActive":true,"Reason":"recipes/bad.csx""");
        site.Write("recipes/bad.csx", "Plant.sim.Scans.To(Sinks.log);");
        await WhenLoggedAsync(site, """{"Kind":"Recipe","Subject":"recipes/bad.csx","IsActive":false,""");
    }

    [Fact]
    public async Task Health_counts_devices_and_values()
    {
        using var site = new SiteFolder();
        site.Write("site.toml", Simulated);
        site.Write("recipes/health.csx", """
            Site.Health.Every(200.Milliseconds).Payload(h => new { h.TotalDevices, h.ActiveDevices, h.DataPointsCollected, h.LastCollection })
                .To(Sinks.log);
            """);
        await using var host = await SiteHostFixture.StartAsync(site);
        await WhenLoggedAsync(site, """{"TotalDevices":1,"ActiveDevices":1,"DataPointsCollected":""");
        var health = host.Host.Status.Health();
        Assert.True(health.DataPointsCollected >= 2 * health.Devices.Single().Scans - 2, $"{health}");
        Assert.NotNull(health.LastCollection);
    }

    private static Task WhenLoggedAsync(SiteFolder site, string text) => SiteHostFixture.WhenAsync(
        () => Task.FromResult(site.Lines("data/log.jsonl").Any(line => line.Contains(text, StringComparison.Ordinal))), text);
}
