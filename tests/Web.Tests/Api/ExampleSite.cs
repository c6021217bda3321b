using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Format;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Web.Tests.Api;

/// <summary>
/// The site of the examples in docs/api.md, with a server that refuses the records of the sink <c>service</c>, and a queue that knows a
/// former sink <c>archive</c>.
/// </summary>
internal sealed class ExampleSite : IAsyncDisposable
{
    private const string Recipe = """
        Plant.line.Scans.To(Sinks.history);
        Plant.line.Scans.Events("valve", reportStart: true).To(Sinks.history);
        Plant.line.Scans.Every(1.Seconds).To(Sinks.service);
        """;

    private readonly ScriptedHttpServer _service;

    private ExampleSite(ScriptedHttpServer service, WebFixture web) => (_service, Web) = (service, web);

    /// <summary>The running site.</summary>
    public WebFixture Web { get; }

    /// <summary>Starts the site, and waits until it has an event, a dead letter and an alert.</summary>
    public static async Task<ExampleSite> StartAsync()
    {
        var service = new ScriptedHttpServer { Decide = _ => ScriptedReply.From(400) };
        var site = new ExampleSite(service, await WebFixture.StartAsync(Toml(service.Url), Recipe, LeaveRecord));
        await site.Web.Log.WhenAsync("RECONNECT device=meter");
        await site.Web.Log.WhenAsync("REJECTED sink=service");
        await WhenAsync(() => Task.FromResult(site.Web.Host.Status.ActiveAlerts().Count > 0), "an alert");
        await WhenAsync(
            async () => (await site.Web.Local.GetStringAsync("/api/events")).Contains("\"id\":", StringComparison.Ordinal), "an event");
        await WhenAsync(async () => await site.Web.Local.GetStringAsync("/api/queue/letters?last=1") != "[]", "a dead letter");
        return site;
    }

    /// <summary>Leaves a record in the queue for a sink <c>archive</c>, which the site no longer has.</summary>
    private static void LeaveRecord(SiteFolder site)
    {
        using var log = new LogLines().Open(TimeProvider.System, LogLevel.Error);
        var limits = new Dictionary<string, QueueLimits> { ["archive"] = new() };
        using var queue = new DiskQueue(new QueueFolder(site.At("data")), limits, TimeProvider.System, log);
        queue.Add(new RouteSet("recipes/line.csx", ["archive"]), DateTime.UnixEpoch, "line", default, "{}"u8);
    }

    /// <summary>Waits until something holds; fails after a while.</summary>
    public static async Task WhenAsync(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, $"{what} did not come");

            // Leaves the processor to the host.
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Web.DisposeAsync();
        await _service.DisposeAsync();
    }

    // The valve stays open long enough for a busy machine: the examples show an open event first.
    private static string Toml(string url) => $$"""
        [site]
        name     = "bottling"
        plant_id = 1
        tenant   = "clienteA"
        [web]
        listen    = "127.0.0.1:0"
        anonymous = "viewer"
        [devices.line]
        driver = "simulator"
        poll   = "100ms"
          [devices.line.tags]
          level    = { address = "const 5", unit = "m", description = "of the tank" }
          setpoint = { address = "const 20", write = { range = [0, 100] } }
          valve    = "toggle every=500ms"
        [devices.meter]
        driver  = "modbus"
        host    = "127.0.0.1"
        port    = 1
        timeout = "1s"
          [devices.meter.tags]
          power = { address = "40001", unit = "kW" }
        [sinks.history]
        sink = "sqlite"
        path = "data/history.db"
        [sinks.service]
        sink = "http"
        url  = "{{url}}"
        mode = "single"
        """;
}
