using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Host;

/// <summary>One host of a pair with its folder and its way to the NATS server, and the process that runs it.</summary>
internal sealed class PairHost : IAsyncDisposable
{
    private readonly FreezingProxy _proxy;
    private PlantProcess? _process;

    public PairHost(int id, int server, int machine)
    {
        Id = id;
        _proxy = new FreezingProxy(server);
        Site = new SiteFolder(string.Create(CultureInfo.InvariantCulture, $$"""
            [site]
            name     = "pair"
            plant_id = {{id}}
            lease    = { nats = "bus" }

            [devices.line]
            driver = "simulator"
            poll   = "100ms"
            tags   = { speed = "sine min=0 max=10 period=10s" }

            [devices.press]
            driver    = "modbus"
            host      = "127.0.0.1"
            port      = {{machine}}
            poll      = "500ms"
            writable  = true
            reconnect = { first = "500ms", max = "1s" }
              [devices.press.tags]
              owner = { address = "holding:0", write = { range = [0, 10] } }

            [sinks.bus]
            sink    = "nats"
            servers = ["127.0.0.1:{{_proxy.Port}}"]
            subject = "pair.records"
            timeout = "2s"
            stream  = { name = "PAIR", duplicate_window = "10min" }
            """));
        Site.Write("recipes/all.csx", """
            Plant.line.Scans.Fold(0, (n, scan) => n + 1).Payload(n => new { host = Site.PlantId, n }).To(Sinks.bus);
            Plant.line.Scans.Write(Plant.press, "owner", scan => Site.PlantId);
            """);
    }

    public int Id { get; }

    public SiteFolder Site { get; }

    /// <summary>Output of the process that runs.</summary>
    public string Output => _process!.Output;

    /// <summary>Number of times that the process that runs became active.</summary>
    public int Terms => _process?.Count("LEASE state=Active") ?? 0;

    /// <summary>True if it waits with compiled recipes.</summary>
    public bool IsReady => Output.LastIndexOf("STANDBY state=Ready", StringComparison.Ordinal) is > 0 and var at
        && at > Output.LastIndexOf("LEASE state=Active", StringComparison.Ordinal);

    public PlantProcess Process => _process!;

    public async Task StartAsync()
    {
        if (_process is not null) await _process.DisposeAsync().ConfigureAwait(false);
        _process = PlantProcess.Start("run", Site.Path);
    }

    public Task SignalAsync(string signal) => _process!.SignalAsync(signal);

    /// <summary>Cuts its way to the NATS server: nothing passes, and nothing is closed.</summary>
    public void Cut() => _proxy.Freeze();

    public void Mend() => _proxy.Thaw();

    /// <summary>Returns its status; null if it does not answer.</summary>
    public async Task<JsonNode?> StatusAsync()
    {
        var (_, text) = await PlantProcess.RunAsync("status", Site.Path, "--json").ConfigureAwait(false);
        var start = text.IndexOf('{', StringComparison.Ordinal);
        return start < 0 ? null : JsonNode.Parse(text[start..]);
    }

    /// <summary>Returns when it wrote to the machine first after a moment; null if it did not.</summary>
    public static long? FirstWrite(RegisterServer machine, int id, long after) =>
        machine.Writes.Where(w => w.Value == id && w.At > after).Select(w => (long?)w.At).FirstOrDefault();

    /// <summary>Seconds from one timestamp to another.</summary>
    public static double Seconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync().ConfigureAwait(false);
        _proxy.Dispose();
        Site.Dispose();
    }
}
