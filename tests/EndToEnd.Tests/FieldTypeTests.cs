using System.Diagnostics;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The types of fields in a real InfluxDB of numbers that come as JSON through a real broker.</summary>
public sealed class FieldTypeTests(Influxd server) : IClassFixture<Influxd>
{
    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task Numbers_of_JSON_are_floats_in_influx_and_those_of_an_integer_tag_stay_integers()
    {
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        await using var broker = await Mosquitto.StartOpenAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await AskAsync(client, "CREATE DATABASE plant");
        using var site = new SiteFolder($$"""
            [site]
            name = "test"

            [devices.room]
            driver = "mqtt"
            host   = "127.0.0.1"
            port   = {{broker.Port}}
              [devices.room.tags]
              temp  = "room/data : temp"
              count = { address = "room/data : count", type = "integer" }

            [sinks.trend]
            sink     = "influx"
            url      = "{{server.Url}}"
            database = "plant"
            """);
        site.Write("recipes/all.csx", """
            Plant.room.Scans.To(Sinks.trend);
            """);
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("CONNECTED .*device=room");
        (string Temp, string Count)[] sent = [("25", "7"), ("24.6", "9007199254740993"), ("24", "8.0")];
        for (var i = 0; i < sent.Length; i++)
        {
            // Retained, so that a subscription that begins later gets it too.
            var message = $$"""{"temp":{{sent[i].Temp}},"count":{{sent[i].Count}}}""";
            string[] arguments = ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-q", "1", "-r", "-t", "room/data", "-m", message];
            using var publish = Process.Start("mosquitto_pub", arguments);
            await publish.WaitForExitAsync();
            Assert.Equal(0, publish.ExitCode);
            var seen = await Until.HoldsAsync(
                () => RowsAsync(client, "SELECT temp FROM room").GetAwaiter().GetResult().Count > i, TimeSpan.FromSeconds(60));
            Assert.True(seen is not null, plant.Output);
        }

        var types = await RowsAsync(client, "SHOW FIELD KEYS FROM room");
        Assert.Equal(["count integer", "temp float"], types.Where(t => !t[0].EndsWith("_quality", StringComparison.Ordinal))
            .Select(t => $"{t[0]} {t[1]}"));
        Assert.Equal(["25", "24.6", "24"], (await RowsAsync(client, "SELECT temp FROM room")).Select(r => r[1]));
        Assert.Equal(["7", "9007199254740993", "8"], (await RowsAsync(client, "SELECT count FROM room")).Select(r => r[1]));
        Assert.Equal(0, plant.Count("REJECTED sink=trend"));
    }

    private async Task<string> AskAsync(HttpClient client, string statement)
    {
        using var answer = await client.PostAsync($"{server.Url}/query?db=plant&q={Uri.EscapeDataString(statement)}", null);
        return (await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).Trim();
    }

    /// <summary>The rows of the first series as text.</summary>
    private async Task<List<string[]>> RowsAsync(HttpClient client, string query)
    {
        using var answer = JsonDocument.Parse(await AskAsync(client, query));
        if (!answer.RootElement.GetProperty("results")[0].TryGetProperty("series", out var series)) return [];
        var rows = series[0].GetProperty("values").EnumerateArray();
        return [.. rows.Select(row => row.EnumerateArray().Select(c => c.ToString()).ToArray())];
    }
}
