using System.Text.Json;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary><c>plant config</c>: values, sources, and secrets that are not shown.</summary>
[Trait("Needs", "Process")]
public class ConfigTests
{
    private const string SiteToml = """
        [site]
        name = "${SITE_NAME:-hall}"
        time_zone = "Europe/Madrid"
        [limits]
        recipe_queue = "${RECIPE_QUEUE:-70}"
        [devices.line]
        driver    = "modbus"
        host      = "${PLC_HOST}"
        port      = "${PLC_PORT:-502}"
        poll      = "${POLL:-250ms}"
        writable  = "${WRITABLE:-yes}"
        reconnect = { first = "${FIRST:-2s}" }
        tags      = "line.csv"
        [devices.meter]
        driver = "modbus"
        host   = "10.0.0.2"
          [devices.meter.tags]
          level = { address = "40001", scale = "${SCALE:--0.5}", range = ["${LOW:--10}", 10] }
        [sinks.broker]
        sink     = "mqtt"
        host     = "broker"
        retain   = "${RETAIN:-no}"
        user     = "edge"
        password = { env = "MQTT_PASSWORD" }
        topic    = "plc/${TENANT_ID:-${SITE_NAME:-none}}"
        tls      = { enabled = "${TLS:-false}", ca = "ca.crt" }
        queue    = { max_size = "${QUEUE_SIZE:-1MB}" }
        [sinks.web]
        sink  = "http"
        url   = "http://host/x?key=${API_TOKEN}"
        retry = ["${RETRY:-404}", 409]
        secret_headers = { "X-Key" = { file = "key.txt" } }
        """;

    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["PLC_HOST"] = "10.0.0.1", ["PLC_PORT"] = "", ["MQTT_PASSWORD"] = "hunter2", ["API_TOKEN"] = "s3cret", ["RETAIN"] = "ON\r",
    };

    [Theory]
    [InlineData("site", "name", "\"hall\"", "site.toml:2, SITE_NAME is not set: its default")]
    [InlineData("site", "plant_id", "1", "default")]
    [InlineData("limits", "recipe_queue", "70", "site.toml:5, RECIPE_QUEUE is not set: its default")]
    [InlineData("devices.line", "host", "\"10.0.0.1\"", "site.toml:8, environment variable PLC_HOST")]
    [InlineData("devices.line", "port", "502", "site.toml:9, PLC_PORT is empty: its default")]
    [InlineData("devices.line", "poll", "\"250ms\"", "site.toml:10, POLL is not set: its default")]
    [InlineData("devices.line", "writable", "true", "site.toml:11, WRITABLE is not set: its default")]
    [InlineData("devices.line", "reconnect.first", "\"2s\"", "site.toml:12, FIRST is not set: its default")]
    [InlineData("devices.line", "reconnect.max", "\"1min\"", "default")]
    [InlineData("devices.line", "time_zone", "\"Europe/Madrid\"", "time_zone of [site], or default")]
    [InlineData("devices.line.tags", "speed", "{ address = \"40001\", unit = \"m/s\" }", "line.csv:2")]
    [InlineData("devices.meter.tags", "level", "{ address = \"40001\", scale = -0.5, low = -10, high = 10 }",
        "site.toml:18, SCALE is not set: its default, LOW is not set: its default")]
    [InlineData("sinks.broker", "retain", "true", "site.toml:22, environment variable RETAIN")]
    [InlineData("sinks.broker", "password", "\"***\"", "site.toml:24, environment variable MQTT_PASSWORD")]
    [InlineData("sinks.broker", "topic", "\"plc/none\"", "site.toml:25, TENANT_ID is not set: its default, SITE_NAME is not set: its default")]
    [InlineData("sinks.broker", "tls", null, "site.toml:26, enabled = false")]
    [InlineData("sinks.broker", "queue.max_size", "\"1MB\"", "site.toml:27, QUEUE_SIZE is not set: its default")]
    [InlineData("sinks.broker", "client_id", null, "default")]
    [InlineData("sinks.web", "url", "\"***\"", "site.toml:30, environment variable API_TOKEN")]
    [InlineData("sinks.web", "retry", "[404, 409]", "site.toml:31, RETRY is not set: its default")]
    [InlineData("sinks.web", "secret_headers.X-Key", "\"***\"", "site.toml:32, file key.txt")]
    public async Task Each_setting_has_its_value_and_source(string section, string key, string? value, string source)
    {
        var setting = Assert.Single((await s_settings.Value).EnumerateArray(),
            s => s.GetProperty("section").GetString() == section && s.GetProperty("key").GetString() == key);
        Assert.Equal((value, source), (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString()));
    }

    [Fact]
    public async Task The_text_has_no_secret_and_can_be_limited_to_one_part()
    {
        var (exit, output) = await RunAsync();
        Assert.Equal(0, exit);
        Assert.Matches(@"\[devices\.line\]\n(.*\n)*port = 502 +# site\.toml:9, PLC_PORT is empty: its default\n", output);
        Assert.All(new[] { "hunter2", "s3cret", "k3y" }, secret => Assert.DoesNotContain(secret, output, StringComparison.Ordinal));
        (exit, output) = await RunAsync("broker");
        Assert.Equal((0, true, false), (exit, output.StartsWith("[sinks.broker]\n", StringComparison.Ordinal),
            output.Contains("[site]", StringComparison.Ordinal)));
        (exit, output) = await RunAsync("limit");
        Assert.Equal(1, exit);
        Assert.Contains("no section, device or sink \"limit\" in hall: did you mean \"limits\"?", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_with_errors_has_them_listed()
    {
        using var site = new SiteFolder("[site]\nname = \"x\"\n[devices.line]\ndriver = \"modbus\"\nhost = \"h\"\nunit_id = \"${UNIT:-abc}\"\n");
        var (exit, output) = await PlantProcess.RunAsync("config", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"site\.toml:6:\d+: (error: )?unit_id: .*abc", output);
    }

    private static readonly Lazy<Task<JsonElement>> s_settings = new(async () =>
    {
        var (exit, output) = await RunAsync("--json");
        Assert.True(exit == 0, output);
        return JsonElement.Parse(output);
    });

    private static async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using var site = new SiteFolder(SiteToml);
        site.Write("line.csv", "name,address,unit\nspeed,40001,m/s\n");
        site.Write("key.txt", "k3y\n");
        return await PlantProcess.RunAsync(s_environment, ["config", site.Path, .. arguments]);
    }
}
