using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>sites/retrofit from a PLC that we did not write to a broker that we did not write.</summary>
[Trait("Needs", "Process")]
public class RetrofitTests
{
    private const string Topic = "plc/clienteA/linha1_prensa";
    private const int Db = 1;

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task The_press_arrives_at_the_broker_whole_and_its_silence_too()
    {
        var held = new PressValues(true, true, false, 12.5f, 3.25f, 1204, -3);
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var plc = await Plc.StartAsync(Db, held.ToBytes());
        await using var telegraf = broker.Telegraf();
        var environment = Prepare(site, broker, plc.Port);
        var began = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await using var plant = PlantProcess.Start(environment, "run", site.Path);

        var payload = await NextAsync(telegraf, payload => IsScan(payload) && Holds(payload) == held);
        Assert.Equal(["ts", "ip", "db", "tenant_id", "plc_id", "values"], Names(payload));
        Assert.InRange(payload.GetProperty("ts").GetDouble(), began, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        AssertHead(payload);
        Assert.Equal(
            ["pecas_ruim", "pecas_boas", "maquina_ligada", "AI_Corrente", "AI_Vibracao", "contador_bom", "contador_ruim"],
            Names(payload.GetProperty("values")));
        await NextAsync(telegraf, payload => IsScan(payload) && payload.GetProperty("ts").GetDouble() % 1 != 0);

        PressValues[] states =
        [
            new(false, false, true, 0.1f, 25f, short.MaxValue, 17), new(true, true, true, -1E-10f, 0f, short.MinValue, 0),
            held with { Vibracao = 25.01f, Bom = 1 }, held with { Vibracao = -0.01f, Bom = 2 }, held with { Vibracao = float.NaN, Bom = 3 },
        ];
        foreach (var next in states)
        {
            await plc.WriteAsync(next.ToBytes());
            var shown = next.Vibracao is >= 0 and <= 25 ? next : next with { Vibracao = float.NaN };
            var before = held;
            await NextAsync(telegraf, payload =>
            {
                if (!IsScan(payload) || Holds(payload) == before) return false;
                Assert.Equal(shown, Holds(payload));
                return true;
            });
            held = shown;
        }

        // The heartbeat comes while scans are sent.
        payload = await NextAsync(telegraf, payload => !IsScan(payload));
        Assert.Equal(["ts", "ip", "db", "tenant_id", "plc_id", "values"], Names(payload));
        AssertHead(payload);
        Assert.Equal("""{"heartbeat":1}""", payload.GetProperty("values").GetRawText());
        await NextAsync(telegraf, IsScan);

        await plc.DisposeAsync();
        for (var i = 0; i < 2; i++)
        {
            payload = await NextAsync(telegraf, payload => payload.TryGetProperty("error", out _));
            Assert.Equal(["ts", "ip", "db", "tenant_id", "plc_id", "values", "error"], Names(payload));
            AssertHead(payload);
            Assert.Equal("""{"heartbeat":1,"read_failed":true}""", payload.GetProperty("values").GetRawText());
            Assert.NotEmpty(payload.GetProperty("error").GetString()!);
        }

        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Equal(1, plant.Count($"TOPIC topic={Topic}"));
        Assert.Matches(@"END sink=broker produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
    }

    [Trait("Needs", "Server")]
    [SkippableTheory]
    [InlineData(null, null, null, "plc/db1")]
    [InlineData("clienteA", null, null, "plc/db1")]
    [InlineData("", "linha1_prensa", null, "plc/db1")]
    [InlineData("clienteB", "p2", null, "plc/clienteB/p2")]
    [InlineData("clienteB", "p2", "plc/elsewhere", "plc/elsewhere")]
    public async Task The_topic_comes_from_the_environment_and_the_log_names_it(
        string? tenant, string? plcId, string? topic, string expected)
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var plc = await Plc.StartAsync(Db, new byte[14]);
        await using var telegraf = broker.Telegraf();
        var environment = Prepare(site, broker, plc.Port);
        foreach (var (name, value) in new[] { ("TENANT_ID", tenant), ("PLC_ID", plcId), ("MQTT_TOPIC", topic) })
        {
            environment.Remove(name);
            if (value is not null) environment[name] = value;
        }

        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        await telegraf.UntilAsync(line => line.StartsWith($"{expected} {{", StringComparison.Ordinal));
        await plant.WhenAsync($"TOPIC topic={expected}");
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task The_laboratory_holds_the_bytes_of_the_press_and_its_watchdog_says_when_they_are_old()
    {
        var press = new PressValues(true, true, false, 12.5f, 3.25f, 1204, -3).ToBytes();
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var plc = await Plc.StartAsync(Db, press);
        await using var lab = await Plc.StartAsync(Db, [.. Enumerable.Repeat((byte)0xEE, 16)]);
        using var eyes = lab.Look();
        await using var plant = PlantProcess.Start(Prepare(site, broker, plc.Port, lab.Port), "run", site.Path);

        await WhenAsync(bytes => bytes.StartsWith(Convert.ToHexString(press), StringComparison.Ordinal));
        for (byte i = 1; i <= 3; i++)
        {
            press[13] = i;
            await plc.WriteAsync(press);
            var before = (await LookAsync())[..28];
            await WhenAsync(bytes =>
            {
                // Whatever is there is the image before or the image now, and nothing between.
                Assert.Contains(bytes[..28], (string[])[before, Convert.ToHexString(press)]);
                return bytes[..28] == Convert.ToHexString(press);
            });
        }

        var count = (await LookAsync())[28..30];
        await WhenAsync(bytes => bytes[28..30] != count && bytes[28..30] != "00");

        site.Replace("recipes/press.csx", "press.Silent(2.Seconds)", "press.Silent(3.Seconds)");
        await plant.WhenAsync("name=recipes/press.csx state=Running version=2");
        Assert.Equal(1, plant.Count("MIRROR from=press.DB1 to=lab.DB1 bytes=14 every=100ms"));

        await plc.DisposeAsync();
        await WhenAsync(bytes => bytes[28..30] == "00");
        await plant.WhenAsync("SKIPPING from=press.DB1 to=lab.DB1 reason=\"source: ");
        Assert.Equal(Convert.ToHexString(press) + "00EE", await LookAsync());
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END mirror from=press\.DB1 to=lab\.DB1 copies=[1-9]\d* unchanged=0 skips=[1-9]", plant.Output);

        Task<string> LookAsync() => eyes.ReadAsync("DB", Db, 0, 16);

        async Task WhenAsync(Func<string, bool> isWanted)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await LookAsync() is var bytes && !isWanted(bytes))
                Assert.False(patience.IsCancellationRequested, $"{bytes}\n{plant.Output}");
        }
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task The_page_the_last_values_and_the_metrics_of_the_agent_before_are_on_one_port()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var plc = await Plc.StartAsync(Db, new PressValues(true, true, false, 12.5f, 3.25f, 1204, -3).ToBytes());
        await using var telegraf = broker.Telegraf();
        await using var plant = PlantProcess.Start(Prepare(site, broker, plc.Port), "run", site.Path);
        await NextAsync(telegraf, IsScan);
        await NextAsync(telegraf, IsScan);
        using var page = await SitePage.OpenAsync(plant);
        Assert.Contains("<script", await page.GetStringAsync("/"), StringComparison.Ordinal);
        var last = await page.GetFromJsonAsync<JsonElement>("/api/last");
        Assert.Equal(1204, last.GetProperty("press").GetProperty("tags").GetProperty("contador_bom").GetInt32());

        var metrics = await page.GetStringAsync("/metrics");
        foreach (var line in (string[])
        [
            @"plc_read_ok_total [1-9]\d*", @"plc_read_fail_total \d+", @"plc_publish_ok_total\{mode=""mqtt""\} [1-9]\d*",
            @"plc_publish_fail_total\{mode=""mqtt""\} \d+", @"plc_last_value\{name=""contador_bom""\} 1204",
            @"plc_last_value\{name=""AI_Corrente""\} 12\.5", @"plc_last_value\{name=""pecas_boas""\} 1",
            @"plc_read_latency_ms \d", @"edge_backlog_size \d+", "edge_up 1", @"plant_device_up\{device=""press""[^}]*\} 1",
        ])
            Assert.Matches($"(?m)^{line}", metrics);
    }

    [Fact]
    public async Task Without_settings_addresses_limits_and_rhythm_are_those_of_the_agent_before()
    {
        var (exit, output) = await PlantProcess.RunAsync(
            new Dictionary<string, string> { ["MQTT_PASSWORD"] = "secret" }, "config", SiteFolder.Committed("retrofit"));
        Assert.True(exit == 0, output);
        foreach (var setting in (string[])
        [
            "listen = \"127.0.0.1:9108\"", "poll = \"1s\"", "rack = 0", "slot = 1", "db = 1", "reconnect.first = \"5s\"",
            "reconnect.max = \"1min\"", "reconnect.every = \"1h\"", "reconnect.after_failures = 10", "host = \"mosquitto\"", "port = 8883",
            "user = \"edge_agent\"", "topic = \"plc/db1\"", "queue.max_size = \"512MB\"", "queue.max_age = \"7d\"",
        ])
            Assert.Matches($"(?m)^{Regex.Escape(setting)} ", output);
        Assert.DoesNotContain("\"secret\"", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync(
            new Dictionary<string, string> { ["MQTT_PASSWORD"] = "secret", ["METRICS_PORT"] = "9200" },
            "config", SiteFolder.Committed("retrofit"));
        Assert.True(exit == 0 && output.Contains("listen = \"127.0.0.1:9200\"", StringComparison.Ordinal), output);
    }

    [Fact]
    public void Telegraf_and_the_dashboard_know_every_tag_of_the_press()
    {
        var extra = Matches("recipes/press.csx", @"(heartbeat|read_failed) =").Distinct();
        var tags = (string[])[.. Matches("site.toml", @"^  (\w+) +="), .. extra];
        Assert.Equal(9, tags.Length);
        Assert.Equal(tags.Order(), Matches("infra/telegraf/telegraf.conf", @"path = ""values\.(\w+)""").Order());
        var shown = Matches("infra/grafana/dashboards/press.json", @"r\._field == \\""(\w+)\\""").Distinct();
        Assert.Equal(tags.Append("error").Order(), shown.Order());
    }

    // The one place where the copy differs from the shipped site: the ports of the PLCs, and 2 s between heartbeats instead of 30.
    internal static Dictionary<string, string> Prepare(SiteFolder site, SiteBroker broker, int plcPort, int labPort = 1)
    {
        site.Replace("site.toml", "db      = 1 ", $"port    = {plcPort}\ndb      = 1 ");
        site.Replace("site.toml", "timeout = \"1s\"", $"timeout = \"1s\"\nport    = {labPort}");
        site.Replace("recipes/press.csx", "press.Every(30.Seconds)", "press.Every(2.Seconds)");
        site.Replace("recipes/press.csx", "press.Silent(30.Seconds)", "press.Silent(2.Seconds)");
        var environment = SiteFolder.ExampleEnvironment("retrofit");
        environment["PLC_HOST"] = "127.0.0.1";
        environment["LAB_HOST"] = "127.0.0.1";
        environment["METRICS_PORT"] = "0";
        environment["MQTT_BROKER"] = "localhost";
        environment["MQTT_PORT"] = $"{broker.Port}";
        environment["MQTT_PASSWORD"] = broker.PasswordOf("edge_agent");
        return environment;
    }

    private static async Task<JsonElement> NextAsync(LineReader telegraf, Func<JsonElement, bool> isWanted)
    {
        var payload = default(JsonElement);
        await telegraf.UntilAsync(line =>
        {
            Assert.StartsWith($"{Topic} {{", line, StringComparison.Ordinal);
            payload = JsonSerializer.Deserialize<JsonElement>(line[(Topic.Length + 1)..]);
            return isWanted(payload);
        });
        return payload;
    }

    private static void AssertHead(JsonElement payload)
    {
        Assert.Equal("127.0.0.1", payload.GetProperty("ip").GetString());
        Assert.Equal(Db, payload.GetProperty("db").GetInt32());
        Assert.Equal("clienteA", payload.GetProperty("tenant_id").GetString());
        Assert.Equal("linha1_prensa", payload.GetProperty("plc_id").GetString());
    }

    private static bool IsScan(JsonElement payload) => payload.GetProperty("values").TryGetProperty("contador_bom", out _);

    private static PressValues Holds(JsonElement payload) => PressValues.From(payload.GetProperty("values"));

    private static string[] Names(JsonElement payload) => [.. payload.EnumerateObject().Select(property => property.Name)];

    private static IEnumerable<string> Matches(string file, string pattern) =>
        Regex.Matches(File.ReadAllText(Path.Combine(SiteFolder.Committed("retrofit"), file)), pattern, RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);
}
