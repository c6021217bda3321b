using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Writes to snap7's server, read back by snap7's own client; block 1 of 20 bytes.</summary>
[Trait("Needs", "Process")]
public class WriteTests
{
    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task A_recipe_writes_and_snap7_reads_the_value_back()
    {
        await using var server = await StartServerAsync();
        using var client = new Snap7Client(server);
        using var site = Site(server.Port);
        site.Write("recipes/set.csx", """
            Plant.line.Scans
                .Where(scan => scan["level"].Number == 5)
                .Write(Plant.press, "setpoint", scan => scan["level"].Number * 2.5);
            """);
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("WRITE tag=press.setpoint value=12.5 by=\"[^\"]*\"$");
        Assert.Equal("007D", await client.ReadAsync("DB", 1, 2, 2));
        var entry = JsonDocument.Parse(site.Lines("logs/audit.jsonl")
            .First(l => l.Contains("\"written\"", StringComparison.Ordinal))).RootElement;
        Assert.Equal(("recipes/set.csx(3,26)", "press", "setpoint", 12.5, "written", "read back"), (entry.GetProperty("who").GetString(),
            entry.GetProperty("device").GetString(), entry.GetProperty("tag").GetString(), entry.GetProperty("value").GetDouble(),
            entry.GetProperty("outcome").GetString(), entry.GetProperty("reason").GetString()));
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task Plant_write_obeys_the_rules_of_the_site()
    {
        await using var server = await StartServerAsync();
        using var client = new Snap7Client(server);
        using var site = Site(server.Port);
        var (exit, output) = await PlantProcess.RunAsync("write", site.Path, "press", "setpoint", "7", "--yes");
        Assert.True(exit == 1 && output.Contains("plant run", StringComparison.Ordinal), output);

        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("CONNECTED .*device=press");
        foreach (var (tag, value, expected) in new[]
        {
            ("setpoint", "7", "press.setpoint = 7: written, read back"),
            ("text", "ready", "press.text = ready: written"),
            ("setpoint", "-5", "refused, -5 is outside 0 to 100"),
            ("setpoint", "100.5", "refused, 100.5 is outside 0 to 100"),
            ("setpoint", "7.24", "press.setpoint = 7.24: written, rounded to 72; read back"),
            ("setpoint", "true", "refused, TRUE is no number, and the tag has a scale"),
            ("count", "1", "refused, press.count may not be written"),
            ("cuont", "1", "did you mean \"count\"?"),
        })
        {
            (exit, output) = await PlantProcess.RunAsync("write", site.Path, "press", tag, value, "--yes");
            Assert.Contains(expected, output, StringComparison.Ordinal);
            Assert.Equal(expected.Contains(": written", StringComparison.Ordinal) ? 0 : 1, exit);
        }

        await using var unconfirmed = PlantProcess.Start("write", site.Path, "press", "setpoint", "8");
        Assert.Equal(1, await unconfirmed.WhenExitedAsync());
        Assert.Equal("0000" + "0048" + "0A05" + Convert.ToHexString("ready"u8), await client.ReadAsync("DB", 1, 0, 11));
        var outcomes = site.Lines("logs/audit.jsonl").Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.TryGetProperty("device", out _)).ToList();
        Assert.Equal(["begun", "written", "begun", "written", "refused", "refused", "begun", "written", "refused", "refused", "refused"],
            outcomes.Select(o => o.GetProperty("outcome").GetString()));
        Assert.All(outcomes, o => Assert.Equal($"user {Environment.UserName}", o.GetProperty("who").GetString()));
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task After_an_outage_nothing_is_replayed()
    {
        await using var server = await StartServerAsync();
        using var client = new Snap7Client(server);
        using var relay = new Relay(server.Port);
        using var site = Site(relay.Port);
        site.Write("recipes/set.csx", "Plant.line.Scans.Write(Plant.press, \"setpoint\", scan => scan[\"step\"].Number % 100);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await WhenAuditedAsync("\"outcome\":\"written\"", 3);

        relay.Cut();
        await plant.WhenAsync("RECONNECT .*device=press");
        await WhenAuditedAsync("press is not connected: ", 3);
        var (exit, output) = await PlantProcess.RunAsync("write", site.Path, "press", "setpoint", "99", "--yes");
        Assert.True(exit == 1 && output.Contains("refused, press is not connected", StringComparison.Ordinal), output);
        var before = Written();
        Assert.True(before.Length >= 3);
        File.Delete(site.At("recipes/set.csx"));
        await plant.WhenAsync("RECIPE name=recipes/set.csx state=Removed");
        await client.WriteAsync("DB", 1, 2, "FFFF");
        relay.Mend();
        await plant.WhenAsync("OK .*device=press", 2);

        // A write that had waited would go out before the next scan, and this one after it.
        (exit, output) = await PlantProcess.RunAsync("write", site.Path, "press", "text", "ok", "--yes");
        Assert.True(exit == 0, output);
        Assert.Equal("FFFF", await client.ReadAsync("DB", 1, 2, 2));
        var after = Written();
        Assert.Equal([.. before, after[^1]], after);
        Assert.Contains("\"text\"", after[^1], StringComparison.Ordinal);

        // The log has only the first write of a kind; the audit log has all.
        async Task WhenAuditedAsync(string text, int count)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (site.Lines("logs/audit.jsonl").Count(l => l.Contains(text, StringComparison.Ordinal)) < count)
                await Task.Delay(50, limit.Token);
        }

        string[] Written() =>
            [.. site.Lines("logs/audit.jsonl").Where(l => l.Contains("\"outcome\":\"written\"", StringComparison.Ordinal))];
    }

    [SkippableFact]
    public async Task Check_names_writes_that_cannot_be()
    {
        using var site = Site(102);
        site.Replace("site.toml", "count    = \"DB1.DBW0:INT\"", "count    = { address = \"IW0:INT\", write = {} }");
        site.Replace("site.toml", "driver = \"simulator\"", "driver = \"simulator\"\nwritable = true");
        site.Write("recipes/a.csx", "Plant.line.Scans.Write(Plant.press, \"real\", _ => 1);");
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"site\.toml:\d+:12: error: writable: the driver simulator cannot write", output);
        Assert.Matches(@"site\.toml:\d+:27: error: press\.count: .*inputs", output);
        Assert.Matches(@"recipes/a\.csx\(1,38\): error: press\.real may not be written: site\.toml allows it with write", output);
    }

    internal static Task<PeerProcess> StartServerAsync() =>
        Snap7Process.StartAsync(new ServedBytes("DB", 1, 0, "SIZE", "32"), new ServedBytes("DB", 1, 20, "REAL", "1.5"));

    /// <summary>A press that may be written, and a simulated line.</summary>
    internal static SiteFolder Site(int port) => new($$"""
        [site]
        name = "test"

        [devices.press]
        driver   = "s7"
        host     = "127.0.0.1"
        port     = {{port}}
        poll     = "100ms"
        timeout  = "1s"
        writable = true
        reconnect = { first = "100ms", max = "200ms" }

          [devices.press.tags]
          count    = "DB1.DBW0:INT"
          setpoint = { address = "DB1.DBW2:INT", scale = 0.1, write = { range = [0, 100], read_back = true } }
          text     = { address = "DB1.DBB4:STRING[10]", write = {} }
          real     = "DB1.DBD20:REAL"

        [devices.line]
        driver = "simulator"
        poll   = "100ms"

          [devices.line.tags]
          level = "const 5"
          step  = "counter every=100ms"
        """);
}
