using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>sites/energy from meters of pymodbus to a service on Python's HTTP server.</summary>
[Trait("Needs", "Server")]
public class EnergyTests
{
    private const string Meter = "Energy_Meter_01";
    private const string Analyzer = "Power_Analyzer_01";

    private const string MeterRecord = """
        {"Voltage_L1":{"value":230.1,"unit":"V","quality":"GOOD"},"Voltage_L2":{"value":229.8,"unit":"V","quality":"GOOD"},
        "Voltage_L3":{"value":231,"unit":"V","quality":"GOOD"},"Current_L1":{"value":null,"unit":"A","quality":"BAD_RANGE"}}
        """;

    private const string AnalyzerRecord = """
        {"Active_Power":{"value":-1200,"unit":"W","quality":"GOOD"},"Reactive_Power":{"value":300,"unit":"var","quality":"GOOD"},
        "Power_Factor":{"value":0.97,"unit":"","quality":"GOOD"}}
        """;

    [SkippableFact]
    public async Task Records_reach_a_service_that_refuses_is_slow_and_is_down_in_order_and_once()
    {
        using var site = SiteFolder.CopyOf("energy");
        RemoveAnalyzer(site);
        await using var meter = await EnergyMeters.StartMeterAsync();
        await using var ems = await EmsService.StartAsync();
        await ems.AnswerAsync(delay: 0, status: 503);
        await using var plant = PlantProcess.Start(Prepare(site, meter.Port, ems), "run", site.Path);

        await plant.WhenAsync("RETRY .*sink=ems.*503");
        await ems.AnswerAsync(delay: 2, status: 201);
        await ems.WhenStoredAsync(10);
        await ems.AnswerAsync(delay: 0, status: 201);
        var before = await ems.WhenStoredAsync(20);
        AssertRecord(before[0], Meter, MeterRecord);
        Assert.All(await ems.StoredAsync(), batch => Assert.InRange(batch.Count, 1, 100));

        await ems.StopAsync();
        await WhenAsync(site, "data/alerts.jsonl", """kind":"Sink","subject":"ems","active":true,""");
        await ems.StartAgainAsync();
        await WhenAsync(site, "data/alerts.jsonl", """kind":"Sink","subject":"ems","active":false,""");
        var after = await ems.WhenStoredAsync(120);
        var batches = (await ems.StoredAsync()).Select(batch => batch.Count).ToArray();
        Assert.All(batches, count => Assert.InRange(count, 1, 100));

        // The service forgot what it had when it was stopped; a request whose answer was lost then comes again.
        var times = before.Concat(after).Select(record => record.GetProperty("timestamp").GetDateTime()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.InRange(times.Length - times.Distinct().Count(), 0, 100);
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END sink=ems produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
    }

    [SkippableFact]
    public async Task The_status_a_value_out_of_range_and_a_lost_meter_are_in_the_files_of_the_gateway()
    {
        using var site = SiteFolder.CopyOf("energy");
        RemoveAnalyzer(site);
        site.Replace("recipes/status.csx", "1.Minutes", "1.Seconds");
        await using var ems = await EmsService.StartAsync();
        var meter = await EnergyMeters.StartMeterAsync();
        await using var plant = PlantProcess.Start(Prepare(site, meter.Port, ems), "run", site.Path);

        await WhenAsync(site, "data/status.jsonl", """total_devices":1,"active_devices":1,"data_points_collected":""");
        using var status = JsonDocument.Parse(
            site.Lines("data/status.jsonl").First(line => line.Contains("\"active_devices\":1", StringComparison.Ordinal)));
        Assert.Equal(
            ["total_devices", "active_devices", "data_points_collected", "last_collection", "time", "values_per_minute", "memory_mb",
                "queue", "devices", "sinks"],
            status.RootElement.EnumerateObject().Select(p => p.Name));
        await WhenAsync(site, "data/alerts.jsonl",
            """kind":"Range","subject":"Energy_Meter_01","type":"ENERGY_METER","active":true,"reason":"Current_L1"}""");

        await meter.DisposeAsync();
        await WhenAsync(site, "data/alerts.jsonl", """kind":"Device","subject":"Energy_Meter_01","active":true,""");
        await WhenAsync(site, "data/status.jsonl", """total_devices":1,"active_devices":0,""");
    }

    [SkippableFact]
    public async Task Both_meters_one_over_tcp_and_one_on_a_serial_line_reach_the_service()
    {
        using var site = SiteFolder.CopyOf("energy");
        await using var line = await SerialPair.StartAsync();
        site.Replace("site.toml", "port      = \"/dev/ttyUSB0\"", $"port      = \"{line.Port}\"");
        await using var meter = await EnergyMeters.StartMeterAsync();
        await using var analyzer = await EnergyMeters.StartAnalyzerAsync(line.FarPort);
        await using var ems = await EmsService.StartAsync();
        await using var plant = PlantProcess.Start(Prepare(site, meter.Port, ems), "run", site.Path);

        var records = await ems.WhenStoredAsync(20);
        AssertRecord(records.First(r => r.GetProperty("device_id").GetString() == Meter), Meter, MeterRecord);
        AssertRecord(records.First(r => r.GetProperty("device_id").GetString() == Analyzer), Analyzer, AnalyzerRecord);

        await analyzer.DisposeAsync();
        await WhenAsync(site, "data/alerts.jsonl", """kind":"Device","subject":"Power_Analyzer_01","active":true,""");
        var count = (await ems.StoredAsync()).Sum(batch => batch.Count);
        await ems.WhenStoredAsync(count + 10);
    }

    private static Dictionary<string, string> Prepare(SiteFolder site, int meterPort, EmsService ems)
    {
        site.Replace("site.toml", "\"192.168.1.100\"", "\"127.0.0.1\"");
        site.Replace("site.toml", "port    = 502", $"port    = {meterPort}");
        site.Write("site.toml", File.ReadAllText(site.At("site.toml")).Replace("\"60s\"", "\"100ms\"", StringComparison.Ordinal));
        return new() { ["EMS_API_URL"] = ems.Url, ["EMS_API_TOKEN"] = EmsService.Token };
    }

    private static void RemoveAnalyzer(SiteFolder site)
    {
        var text = File.ReadAllText(site.At("site.toml"));
        var start = text.IndexOf($"[devices.{Analyzer}]", StringComparison.Ordinal);
        var end = text.IndexOf("# The records", StringComparison.Ordinal);
        site.Write("site.toml", text[..start] + text[end..]);
        site.Replace("recipes/ems.csx", $".Merge(Plant.{Analyzer}.Scans)", "");
        site.Replace("recipes/alerts.csx", $"OutOfRange(Plant.{Analyzer}.Scans, Plant.{Analyzer}.Properties.type);", "");
    }

    private static void AssertRecord(JsonElement record, string device, string measurements)
    {
        Assert.Equal(["device_id", "timestamp", "measurements"], record.EnumerateObject().Select(p => p.Name));
        Assert.Equal(device, record.GetProperty("device_id").GetString());
        Assert.Equal(measurements.ReplaceLineEndings(""), JsonSerializer.Serialize(record.GetProperty("measurements")));
    }

    private static async Task WhenAsync(SiteFolder site, string file, string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!site.Lines(file).Any(line => line.Contains(words, StringComparison.Ordinal)))
        {
            var last = string.Join('\n', site.Lines(file).TakeLast(20));
            Assert.False(patience.IsCancellationRequested, $"no \"{words}\" in {file}:\n{last}");
            await Task.Delay(20);
        }
    }
}
