using System.Diagnostics;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Server")]
public class SubscriptionTests
{
    private const int Messages = 2000;

    /// <summary>
    /// Messages of QoS 1 arrive while the host is killed without warning: it acknowledges only messages on its disk, so the broker
    /// sends the others again.
    /// </summary>
    [SkippableFact]
    public async Task A_message_is_acknowledged_only_when_it_is_on_the_disk()
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        using var site = new SiteFolder($$"""
            [site]
            name = "listening"

            [devices.broker]
            driver    = "mqtt"
            host      = "127.0.0.1"
            port      = {{broker.Port}}
            reconnect = { first = "100ms" }

              [devices.broker.tags]
              n = "plc/press : n"

            [sinks.lines]
            sink = "jsonl"
            path = "lines.jsonl"
            """);
        site.Write("recipes/all.csx",
            "Plant.broker.Scans.Where(s => s.Failure is null).Payload(s => new { n = s[\"n\"] }).To(Sinks.lines);");
        var lines = site.At("lines.jsonl");

        await using (var first = PlantProcess.Start("run", site.Path))
        {
            await first.WhenAsync("CONNECTED .*device=broker");
            using var publisher = Publish(broker.Port);
            await first.WhenAsync("CONNECTED sink=lines");
            await first.SignalAsync("KILL");
            await publisher.WaitForExitAsync();
        }

        await using var second = PlantProcess.Start("run", site.Path);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (Numbers(lines).Distinct().Count() < Messages)
        {
            await Task.Delay(100, CancellationToken.None);
            if (patience.IsCancellationRequested)
                Assert.Fail($"missing {string.Join(',', Enumerable.Range(1, Messages).Except(Numbers(lines)).Take(50))}\n{second.Output}");
        }

        Assert.Equal(Enumerable.Range(1, Messages), Numbers(lines).Distinct());
        await second.SignalAsync("TERM");
        Assert.Equal(0, await second.WhenExitedAsync());
        Assert.Matches(@"END sink=lines produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", second.Output);
    }

    /// <summary>
    /// The own times of readings and the levels of a topic reach the records of every sink, those of a sink with columns too, and payloads.
    /// </summary>
    [SkippableFact]
    public async Task Readings_keep_their_own_times_and_their_topic_in_records_and_payloads()
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        using var site = new SiteFolder($$"""
            [site]
            name = "listening"

            [devices.rooms]
            driver = "mqtt"
            host   = "127.0.0.1"
            port   = {{broker.Port}}
            time   = "readings[*].ts"

              [devices.rooms.tags]
              room = "rooms/+/data : $topic[1]"
              temp = "rooms/+/data : readings[*].temp"

            [sinks.records]
            sink = "jsonl"
            path = "records.jsonl"

            [sinks.payloads]
            sink = "jsonl"
            path = "payloads.jsonl"

            [sinks.again]
            sink    = "mqtt"
            host    = "127.0.0.1"
            port    = {{broker.Port}}
            topic   = "again"
            """);
        site.Write("recipes/all.csx", """
            var rooms = Plant.rooms.Scans.Where(s => s.Failure is null);
            rooms.To(Sinks.records, Sinks.again);
            rooms.Payload(s => new Dictionary<string, object> { ["t"] = s.Time, [$"{s["room"]}_temp"] = s["temp"] }).To(Sinks.payloads);
            """);
        string[] access = ["-h", "127.0.0.1", "-p", $"{broker.Port}"];
        using var again = Process.Start(
            new ProcessStartInfo("mosquitto_sub", [.. access, "-t", "again", "-C", "3", "-W", "60"]) { RedirectStandardOutput = true })!;
        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync("CONNECTED .*device=rooms");
        const string Message =
            """{"readings":[{"ts":"2017-06-02T12:09:05Z","temp":21},{"ts":1496405346000,"temp":NaN},{"ts":1496405347,"temp":23}]}""";
        using (var publisher = Process.Start("mosquitto_pub", [.. access, "-q", "1", "-t", "rooms/kitchen/data", "-m", Message]))
            await publisher.WaitForExitAsync();
        var republished = await again.StandardOutput.ReadToEndAsync();
        await host.SignalAsync("TERM");
        await host.WhenExitedAsync();
        const string Records = """
            {"time":"2017-06-02T12:09:05Z","device":"rooms","tags":{"room":"kitchen","temp":21}}
            {"time":"2017-06-02T12:09:06Z","device":"rooms","tags":{"room":"kitchen","temp":null},"quality":{"temp":"BAD_DEVICE"}}
            {"time":"2017-06-02T12:09:07Z","device":"rooms","tags":{"room":"kitchen","temp":23}}

            """;
        Assert.Equal(Records, await File.ReadAllTextAsync(site.At("records.jsonl")));
        Assert.Equal(Records, republished);
        Assert.Equal(
            """
            {"t":"2017-06-02T12:09:05Z","kitchen_temp":21}
            {"t":"2017-06-02T12:09:06Z","kitchen_temp":null}
            {"t":"2017-06-02T12:09:07Z","kitchen_temp":23}

            """,
            await File.ReadAllTextAsync(site.At("payloads.jsonl")));
    }

    private static Process Publish(int port)
    {
        var process = Process.Start(new ProcessStartInfo("mosquitto_pub", ["-p", $"{port}", "-q", "1", "-t", "plc/press", "-l"])
            { RedirectStandardInput = true })!;
        for (var i = 1; i <= Messages; i++) process.StandardInput.WriteLine($$"""{"n":{{i}}}""");
        process.StandardInput.Close();
        return process;
    }

    private static List<int> Numbers(string file)
    {
        if (!File.Exists(file)) return [];
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var numbers = new List<int>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.EndsWith('}')) continue;
            using var json = JsonDocument.Parse(line);
            numbers.Add(json.RootElement.GetProperty("n").GetInt32());
        }

        return numbers;
    }
}
