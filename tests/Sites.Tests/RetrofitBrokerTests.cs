using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>The broker of sites/retrofit: rights, client certificates, messages that wait, and several consumers.</summary>
[Trait("Needs", "Server")]
public class RetrofitBrokerTests
{
    private const string Topic = "plc/clienteA/linha1_prensa";
    private const int Db = 1;

    [SkippableFact]
    public async Task The_gateways_write_telegraf_reads_and_nobody_else_may_do_anything()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var telegraf = broker.Telegraf();
        await WhenSubscribedAsync(broker, telegraf);

        Assert.Contains("Not authorized", await broker.PublishAsync("edge_agent", "other", "forged"), StringComparison.Ordinal);
        Assert.Contains("Not authorized", await broker.PublishAsync("telegraf", Topic, "forged"), StringComparison.Ordinal);
        Assert.Equal("", await broker.PublishAsync("edge_agent", Topic, "genuine"));
        var arrived = await telegraf.UntilAsync(line => line.EndsWith(" genuine", StringComparison.Ordinal));
        Assert.Equal([$"{Topic} genuine"], arrived.Where(line => line != "plc/x knock"));

        // Anybody else is not even let in, and the gateways read nothing of each other.
        Assert.Contains("Not authorized", await broker.PublishAsync("nobody", Topic, "forged", "guessed"), StringComparison.Ordinal);
        Assert.Contains("Not authorized", await broker.PublishAsync("edge_agent", Topic, "forged", "guessed"), StringComparison.Ordinal);
        Assert.Contains("Not authorized", await broker.PublishAsync(null, Topic, "forged"), StringComparison.Ordinal);
        await using var spy = broker.Subscribe("edge_agent", "plc/#", "-d");
        await spy.UntilAsync(line => line.Contains("SUBACK", StringComparison.Ordinal));
        Assert.Equal("", await broker.PublishAsync("edge_agent", Topic, "last"));
        await telegraf.UntilAsync(line => line.EndsWith(" last", StringComparison.Ordinal));

        // The broker answers a ping behind whatever it has sent before.
        var seen = await spy.UntilAsync(line => line.Contains("PINGRESP", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, line => line.Contains("PUBLISH", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_gateway_with_the_password_of_another_user_sends_nothing()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var plc = await Plc.StartAsync(Db, new byte[14]);
        var environment = RetrofitTests.Prepare(site, broker, plc.Port);
        environment["MQTT_PASSWORD"] = broker.PasswordOf("telegraf");
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        await plant.WhenAsync("sink=broker .*not authorized");
    }

    [SkippableFact]
    public async Task A_broker_may_require_a_client_certificate()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site, "require_certificate true", "cafile {secrets}/ca.crt");
        await using var plc = await Plc.StartAsync(Db, new byte[14]);
        var secrets = site.At("infra/secrets");
        var environment = RetrofitTests.Prepare(site, broker, plc.Port);
        await using (var plant = PlantProcess.Start(environment, "run", site.Path))
        {
            await plant.WhenAsync("RETRY sink=broker ", count: 2);
            Assert.Equal(0, plant.Count("CONNECTED sink=broker"));
            await plant.SignalAsync("KILL");
            await plant.WhenExitedAsync();
        }

        await Tool.RunAsync("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", site.At("client.key"),
            "-subj", "/CN=press-01", "-out", site.At("client.csr"));
        await Tool.RunAsync("openssl", "x509", "-req", "-in", site.At("client.csr"), "-CA", $"{secrets}/ca.crt",
            "-CAkey", $"{secrets}/ca.key", "-set_serial", "7", "-days", "2", "-out", site.At("client.crt"));
        site.Replace("site.toml", "ca = \"${MQTT_CA_FILE:-ca.crt}\" }",
            "ca = \"${MQTT_CA_FILE:-ca.crt}\", cert = \"client.crt\", key = \"client.key\" }");
        await using var again = PlantProcess.Start(environment, "run", site.Path);
        await again.WhenAsync("CONNECTED sink=broker");
    }

    [SkippableFact]
    public async Task What_waits_while_the_broker_is_away_survives_a_kill_and_comes_in_order()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var plc = await Plc.StartAsync(Db, new byte[14]);
        var environment = RetrofitTests.Prepare(site, broker, plc.Port);
        site.Replace("site.toml", "poll    = \"1s\"", "poll    = \"100ms\"");
        await using (var away = PlantProcess.Start(new Dictionary<string, string>(environment) { ["MQTT_PORT"] = "1" }, "run", site.Path))
        {
            await away.WhenAsync("(RETRY|DOWN) sink=broker .* waiting=[1-9]\\d");
            using var page = await SitePage.OpenAsync(away);
            Assert.Matches("(?m)^edge_backlog_size [1-9]", await page.GetStringAsync("/metrics"));
            var queue = await page.GetFromJsonAsync<JsonElement>("/api/queue");
            Assert.InRange(queue.GetProperty("sinks")[0].GetProperty("oldest_seconds").GetDouble(), 0.001, 3600);
            await away.SignalAsync("KILL");
            await away.WhenExitedAsync();
        }

        await using var telegraf = broker.Telegraf();
        await WhenSubscribedAsync(broker, telegraf);
        var again = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        var lines = await telegraf.UntilAsync(line => TimeOf(line) > again + 1);
        var times = lines.Where(line => line.Contains("contador_bom", StringComparison.Ordinal)).Select(TimeOf).ToArray();
        Assert.True(times.Count(time => time < again) >= 10, string.Join('\n', lines));
        Assert.Equal(times.Order(), times);
        Assert.Equal(times.Distinct(), times);
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END sink=broker produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", plant.Output);
    }

    [SkippableFact]
    public async Task A_message_that_the_broker_refuses_is_set_aside_and_the_others_come_in_order()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site, "message_size_limit 2000");
        await using var plc = await Plc.StartAsync(Db, new byte[14]);
        var environment = RetrofitTests.Prepare(site, broker, plc.Port);
        site.Replace("site.toml", "poll    = \"1s\"", "poll    = \"100ms\"");
        site.Write("recipes/large.csx", "Plant.press.Scans.Payload(s => new { text = new string('x', 4000) }).To(Sinks.broker);");
        await using (var away = PlantProcess.Start(new Dictionary<string, string>(environment) { ["MQTT_PORT"] = "1" }, "run", site.Path))
        {
            await away.WhenAsync("(RETRY|DOWN) sink=broker .* waiting=[1-9]\\d");
            await away.SignalAsync("TERM");
            await away.WhenExitedAsync();
        }

        await using var telegraf = broker.Telegraf();
        await WhenSubscribedAsync(broker, telegraf);
        var again = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        var lines = await telegraf.UntilAsync(line => TimeOf(line) > again + 1);
        var times = lines.Where(line => line.Contains("contador_bom", StringComparison.Ordinal)).Select(TimeOf).ToArray();
        Assert.True(times.Count(time => time < again) >= 5, string.Join('\n', lines));
        Assert.Equal(times.Order(), times);
        Assert.DoesNotContain(lines, line => line.Contains("xxx", StringComparison.Ordinal));
        await plant.WhenAsync("REJECTED sink=broker .*packet too large");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        var end = Regex.Match(plant.Output, @"END sink=broker produced=(\d+) delivered=(\d+) waiting=0 deadlettered=(\d+) lost=0");
        Assert.True(end.Success, plant.Output);
        var (produced, delivered, refused) =
            (long.Parse(end.Groups[1].ValueSpan), long.Parse(end.Groups[2].ValueSpan), long.Parse(end.Groups[3].ValueSpan));
        Assert.Equal(produced, delivered + refused);
        Assert.True(refused >= 10, end.Value);
    }

    [SkippableFact]
    public async Task Several_consumers_share_the_messages_without_doubles()
    {
        using var site = SiteFolder.CopyOf("retrofit");
        await using var broker = await SiteBroker.StartAsync(site);
        await using var all = broker.Telegraf();
        await WhenSubscribedAsync(broker, all);
        await using var first = broker.Subscribe("telegraf", "$share/telegraf/plc/#", "-d");
        await using var second = broker.Subscribe("telegraf", "$share/telegraf/plc/#", "-d");
        foreach (var consumer in new[] { first, second })
            await consumer.UntilAsync(line => line.Contains("SUBACK", StringComparison.Ordinal));

        const int Count = 20;
        for (var i = 0; i < Count; i++) Assert.Equal("", await broker.PublishAsync("edge_agent", Topic, $"n{i}"));
        await all.UntilAsync(line => line.EndsWith($" n{Count - 1}", StringComparison.Ordinal));
        var shares = new List<string[]>();
        foreach (var consumer in new[] { first, second })
        {
            var lines = await consumer.UntilAsync(line => line.Contains("PINGRESP", StringComparison.Ordinal));
            shares.Add([.. lines.Where(line => line.StartsWith($"{Topic} n", StringComparison.Ordinal))]);
        }

        Assert.All(shares, Assert.NotEmpty);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{Topic} n{i}").Order(), shares.SelectMany(s => s).Order());
    }

    [Theory]
    [InlineData("MQTT_TLS", "false", null)]
    [InlineData("MQTT_PORT", "1884", null)]
    [InlineData("MQTT_PORT", "eight", "port")]
    [InlineData("MQTT_TLS", "perhaps", "enabled")]
    public async Task Numbers_and_booleans_come_from_the_environment_and_are_checked(string variable, string value, string? refused)
    {
        var environment = SiteFolder.ExampleEnvironment("retrofit");
        environment[variable] = value;
        var (exit, output) = await PlantProcess.RunAsync(environment, "check", SiteFolder.Committed("retrofit"));
        Assert.True((exit == 0) == (refused is null), output);
        if (refused is not null) Assert.Matches($"site\\.toml.*{refused}", output);
    }

    // Time of a message of the press; 0 for a line that is none.
    private static double TimeOf(string line) => line.StartsWith(Topic, StringComparison.Ordinal)
        && JsonDocument.Parse(line[(Topic.Length + 1)..]).RootElement.TryGetProperty("ts", out var time) ? time.GetDouble() : 0;

    /// <summary>Waits until a subscriber gets what is published: messages before its subscription are lost.</summary>
    private static async Task WhenSubscribedAsync(SiteBroker broker, LineReader subscriber)
    {
        using var known = new CancellationTokenSource();
        var knocking = KnockAsync(broker, known.Token);
        await subscriber.UntilAsync(line => line == "plc/x knock");
        await known.CancelAsync();
        await knocking;
    }

    private static async Task KnockAsync(SiteBroker broker, CancellationToken end)
    {
        while (!end.IsCancellationRequested) Assert.Equal("", await broker.PublishAsync("edge_agent", "plc/x", "knock"));
    }
}
