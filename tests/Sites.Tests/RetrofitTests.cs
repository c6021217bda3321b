using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>sites/retrofit from a PLC that we did not write to a broker that we did not write.</summary>
public class RetrofitTests
{
    private const string Topic = "plc/clienteA/press-01";

    [SkippableFact]
    public async Task The_press_arrives_at_the_broker_whole_and_its_silence_too()
    {
        var held = new Press(true, true, false, 12.5f, 3.25f, 1204, -3);
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site, "clienteA", "clienteB");
        await using var plc = await Plc.StartAsync(500, held.ToBytes());
        await using var telegraf = broker.Telegraf();
        var environment = Prepare(site, broker, plc.Port);
        var began = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await using var plant = PlantProcess.Start(environment, "run", site.Path);

        var payload = await NextAsync(telegraf, payload => Holds(payload) == held);
        Assert.Equal(["ts", "ip", "db", "tenant_id", "plc_id", "values"], Names(payload));
        Assert.InRange(payload.GetProperty("ts").GetInt64(), began, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        AssertHead(payload);
        Assert.Equal(7, Names(payload.GetProperty("values")).Length);

        Press[] states =
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
                if (Holds(payload) == before) return false;
                Assert.Equal(shown, Holds(payload));
                return true;
            });
            held = shown;
        }

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
        Assert.Matches(@"END sink=broker produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
    }

    [SkippableFact]
    public async Task The_laboratory_holds_the_bytes_of_the_press_and_its_watchdog_says_when_they_are_old()
    {
        var press = new Press(true, true, false, 12.5f, 3.25f, 1204, -3).ToBytes();
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site, "clienteA");
        await using var plc = await Plc.StartAsync(500, press);
        await using var lab = await Plc.StartAsync(500, [.. Enumerable.Repeat((byte)0xEE, 16)]);
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

        site.Replace("recipes/press.csx", "2.Seconds", "3.Seconds");
        await plant.WhenAsync("name=recipes/press.csx state=Running version=2");
        Assert.Equal(1, plant.Count("MIRROR from=press.DB500 to=lab.DB500 bytes=14 every=100ms"));

        await plc.DisposeAsync();
        await WhenAsync(bytes => bytes[28..30] == "00");
        await plant.WhenAsync("SKIPPING from=press.DB500 to=lab.DB500 reason=\"source: ");
        Assert.Equal(Convert.ToHexString(press) + "00EE", await LookAsync());
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END mirror from=press\.DB500 to=lab\.DB500 copies=[1-9]\d* unchanged=0 skips=[1-9]", plant.Output);

        Task<string> LookAsync() => eyes.ReadAsync("DB", 500, 0, 16);

        async Task WhenAsync(Func<string, bool> isWanted)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await LookAsync() is var bytes && !isWanted(bytes)) Assert.False(patience.IsCancellationRequested, $"{bytes}\n{plant.Output}");
        }
    }

    [SkippableFact]
    public async Task The_broker_keeps_tenants_apart()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site, "clienteA", "clienteB");
        await using var telegraf = broker.Telegraf();
        // Messages before the subscription are lost, so they come until the first one is seen.
        using var seen = new CancellationTokenSource();
        var knocking = KnockAsync(broker, seen.Token);
        await telegraf.UntilAsync(line => line == "plc/clienteB/x knock");
        await seen.CancelAsync();
        await knocking;

        foreach (var topic in (string[])[Topic, "plc/clienteB/deeper/x", "other"])
            Assert.Contains("Not authorized", await broker.PublishAsync("clienteB", topic, "forged"), StringComparison.Ordinal);
        foreach (var topic in (string[])[Topic, "plc/telegraf/x"])
            Assert.Contains("Not authorized", await broker.PublishAsync("telegraf", topic, "forged"), StringComparison.Ordinal);
        Assert.Equal("", await broker.PublishAsync("clienteA", Topic, "genuine"));
        var arrived = await telegraf.UntilAsync(line => line.EndsWith(" genuine", StringComparison.Ordinal));
        Assert.Equal([$"{Topic} genuine"], arrived.Where(line => line != "plc/clienteB/x knock"));
    }

    [SkippableFact]
    public async Task A_gateway_with_the_password_of_another_tenant_sends_nothing()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site, "clienteA", "clienteB");
        await using var plc = await Plc.StartAsync(500, new byte[14]);
        var environment = Prepare(site, broker, plc.Port);
        environment["MQTT_PASSWORD"] = broker.PasswordOf("clienteB");
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        await plant.WhenAsync("sink=broker .*not authorized");
    }

    [Fact]
    public void Telegraf_and_the_dashboard_know_every_tag_of_the_press()
    {
        var tags = (string[])[.. Matches("site.toml", @"^  (\w+) +="), .. Matches("recipes/press.csx", @"(heartbeat|read_failed) =")];
        Assert.Equal(9, tags.Length);
        Assert.Equal(tags.Order(), Matches("infra/telegraf/telegraf.conf", @"path = ""values\.(\w+)""").Order());
        var shown = Matches("infra/grafana/dashboards/press.json", @"r\._field == \\""(\w+)\\""").Distinct();
        Assert.Equal(tags.Append("error").Order(), shown.Order());
    }

    // The one place where the copy differs from the shipped site: ports, and two seconds of silence instead of thirty.
    private static Dictionary<string, string> Prepare(SiteFolder site, SiteBroker broker, int plcPort, int labPort = 1)
    {
        site.Replace("site.toml", "host    = \"${LAB_HOST}\"", $"host    = \"${{LAB_HOST}}\"\nport    = {labPort}");
        site.Replace("site.toml", "host    = \"${PLC_HOST}\"", $"host    = \"${{PLC_HOST}}\"\nport    = {plcPort}");
        site.Replace("site.toml", "port     = 8883", $"port     = {broker.Port}");
        site.Replace("recipes/press.csx", "30.Seconds", "2.Seconds");
        var environment = SiteFolder.ExampleEnvironment("retrofit");
        environment["PLC_HOST"] = "127.0.0.1";
        environment["LAB_HOST"] = "127.0.0.1";
        environment["MQTT_HOST"] = "localhost";
        environment["MQTT_PASSWORD"] = broker.PasswordOf("clienteA");
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

    private static async Task KnockAsync(SiteBroker broker, CancellationToken end)
    {
        while (!end.IsCancellationRequested) Assert.Equal("", await broker.PublishAsync("clienteB", "plc/clienteB/x", "knock"));
    }

    private static void AssertHead(JsonElement payload)
    {
        Assert.Equal("127.0.0.1", payload.GetProperty("ip").GetString());
        Assert.Equal(500, payload.GetProperty("db").GetInt32());
        Assert.Equal("clienteA", payload.GetProperty("tenant_id").GetString());
        Assert.Equal("press-01", payload.GetProperty("plc_id").GetString());
    }

    private static Press Holds(JsonElement payload) => Press.Of(payload.GetProperty("values"));

    private static string[] Names(JsonElement payload) => [.. payload.EnumerateObject().Select(property => property.Name)];

    private static IEnumerable<string> Matches(string file, string pattern) =>
        Regex.Matches(File.ReadAllText(Path.Combine(SiteFolder.Committed("retrofit"), file)), pattern, RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);
}
