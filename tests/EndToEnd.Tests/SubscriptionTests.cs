using System.Diagnostics;
using System.Text.Json;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.EndToEnd.Tests;

public class SubscriptionTests
{
    private const int Messages = 2000;

    /// <summary>
    /// Messages of QoS 1 arrive while the host is killed without warning: what it had not put on the disk it had not acknowledged, so the
    /// broker says it again.
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
        site.Write("recipes/all.csx", "Plant.broker.Scans.Where(s => s.Failure is null).Payload(s => new { n = s[\"n\"] }).To(Sinks.lines);");
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

    private static Process Publish(int port)
    {
        var process = Process.Start(new ProcessStartInfo("mosquitto_pub", ["-p", $"{port}", "-q", "1", "-t", "plc/press", "-l"]) { RedirectStandardInput = true })!;
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
