using System.Globalization;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>A connection that stays open and forwards nothing, for every connector, one after the other on one running site.</summary>
internal sealed class HalfOpen() : FaultScenario("8", "half-open connection, every connector",
    "detected ≤ max(10 s, 2 × timeout); healed ≤ 5 s after; stale values shown as good 0")
{
    private const int DeviceLimit = 10;
    private const int SinkLimit = 20;

    public override async Task RunAsync(FaultRun run)
    {
        await using var server = new RecordServer(new Arrivals());
        await server.StartAsync();
        await using var broker = new Broker(new Arrivals());
        await broker.StartAsync();
        await using var publisher = new Publisher(broker.Port);
        Skip.IfNot(File.Exists(Path.Combine(PeerProcess.Folder, "node_modules/node-snap7/build/Release/node_snap7.node")),
            "run npm ci in tests/peers");
        await using var s7 = await PeerProcess.StartAsync("node", "snap7_server.js", 
            """[{"area": "DB", "block": 1, "at": 0, "type": "SIZE", "value": "16"}, {"area": "DB", "block": 1, "at": 0, "type": "INT", "value": "7"}]""");
        await using var modbus = await PeerProcess.StartAsync("node", "modbus_serial_server.js",
            """[{"unit": 1, "area": "holding", "at": 0, "type": "INT16", "order": "ABCD", "value": "7"}]""");
        Skip.If(PostgresServer.Programs is null, "postgresql is not installed");
        await using var postgres = await PostgresServer.StartNewAsync();
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        var influx = new Influxd();
        await influx.InitializeAsync();
        try
        {
            await CreateDatabaseAsync(influx.Url);
            using var proxies = new Proxies();
            await using var site = CreateSite(proxies, s7.Port, modbus.Port, broker.Port, server.Port, new Uri(influx.Url).Port,
                postgres.Port);
            (site.Ledger.Rate, site.Ledger.Limit) = (50, long.MaxValue);
            site.Start(("PGPASSWORD", PostgresServer.Password));
            foreach (var name in proxies.Names) await site.Host.WhenAsync($"CONNECTED .*(sink|device)={name}");
            foreach (var name in proxies.Names) await FreezeAsync(run, site, name, proxies[name]);
            Verdict.ExpectAccounted(run, await site.RoutesAsync());
            await site.StopAsync();
        }
        finally
        {
            await influx.DisposeAsync();
        }
    }

    private static NumberedSite CreateSite(Proxies proxies, int s7, int modbus, int mqtt, int http, int influx, int postgres)
    {
        var site = new NumberedSite($$"""
            [sinks.broker]
            sink  = "mqtt"
            host  = "127.0.0.1"
            port  = {{proxies.To("broker", mqtt)}}
            topic = "faults"
            [sinks.web]
            sink = "http"
            url  = "http://127.0.0.1:{{proxies.To("web", http)}}/records"
            [sinks.trend]
            sink     = "influx"
            url      = "http://127.0.0.1:{{proxies.To("trend", influx)}}"
            database = "plant"
            [sinks.historian]
            sink     = "postgres"
            host     = "127.0.0.1"
            port     = {{proxies.To("historian", postgres)}}
            database = "postgres"
            user     = "plant"
            password = { env = "PGPASSWORD" }
            """, more: $"""
            [devices.press]
            driver = "s7"
            host   = "127.0.0.1"
            port   = {proxies.To("press", s7)}
            poll   = "100ms"

              [devices.press.tags]
              press_value = "DB1.DBW0:INT"

            [devices.meter]
            driver = "modbus"
            host   = "127.0.0.1"
            port   = {proxies.To("meter", modbus)}
            poll   = "100ms"

              [devices.meter.tags]
              meter_value = "holding:0:int16"

            [devices.cell]
            driver = "mqtt"
            host   = "127.0.0.1"
            port   = {proxies.To("cell", mqtt)}

              [devices.cell.tags]
              cell_value = "{Publisher.Topic}"
            """);
        File.AppendAllText(site.Folder.At("site.toml"), "\n[sinks.lines]\nsink = \"jsonl\"\npath = \"data/lines.jsonl\"\n");
        site.Folder.Write("recipes/devices.csx",
            "Plant.press.Scans.To(Sinks.lines); Plant.meter.Scans.To(Sinks.lines); Plant.cell.Scans.To(Sinks.lines);");
        return site;
    }

    private static async Task FreezeAsync(FaultRun run, NumberedSite site, string name, FreezingProxy proxy)
    {
        var isDevice = name is "press" or "meter" or "cell";
        var (lost, well) = isDevice ? ($"(RECONNECT|BAD) .*{name}", $"CONNECTED .*device={name}")
            : ($"(RETRY|DOWN) sink={name}", $"UP sink={name}");
        var (lostBefore, wellBefore) = (site.Host.Count(lost), site.Host.Count(well));
        proxy.Freeze();
        var frozen = TimeProvider.System.GetUtcNow();
        var detected = await Until.HoldsAsync(() => site.Host.Count(lost) > lostBefore, TimeSpan.FromSeconds(60));
        await Task.Delay(TimeSpan.FromSeconds(1));
        var thawed = TimeProvider.System.GetUtcNow();
        proxy.Thaw();
        var healed = await Until.HoldsAsync(() => site.Host.Count(well) > wellBefore, TimeSpan.FromSeconds(60));
        var isInTime = detected?.TotalSeconds <= (isDevice ? DeviceLimit : SinkLimit) + 0.5 && healed?.TotalSeconds <= 5;
        run.Expect(detected is not null && healed is not null, name);
        run.ExpectTime(isInTime,
            string.Create(CultureInfo.InvariantCulture, $"{detected?.TotalSeconds:0.0} s, healed {healed?.TotalSeconds:0.0} s"));
        if (!isDevice) return;
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        var stale = site.Folder.Lines("data/lines.jsonl").Count(l => IsStale(l, name, frozen.AddSeconds(0.5), thawed));
        run.Expect(stale == 0, $"stale {stale}");
    }

    private static bool IsStale(string line, string device, DateTimeOffset from, DateTimeOffset to)
    {
        if (!line.StartsWith('{') || !line.EndsWith('}')) return false;
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("device").GetString() == device && json.RootElement.GetProperty("time")
            .GetDateTimeOffset() is var time
            && time > from && time < to && !json.RootElement.TryGetProperty("quality", out _);
    }

    private static async Task CreateDatabaseAsync(string url)
    {
        using var client = new HttpClient();
        using var query = new FormUrlEncodedContent([new("q", "CREATE DATABASE plant")]);
        (await client.PostAsync(new Uri($"{url}/query"), query)).EnsureSuccessStatusCode();
    }

    /// <summary>One proxy per connector, by name.</summary>
    private sealed class Proxies : IDisposable
    {
        private readonly Dictionary<string, FreezingProxy> _proxies = [];

        public IReadOnlyList<string> Names => [.. _proxies.Keys];

        public FreezingProxy this[string name] => _proxies[name];

        public int To(string name, int port)
        {
            _proxies.Add(name, new FreezingProxy(port));
            return _proxies[name].Port;
        }

        public void Dispose()
        {
            foreach (var proxy in _proxies.Values) proxy.Dispose();
        }
    }
}
