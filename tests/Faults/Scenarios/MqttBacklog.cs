using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// Messages wait at mosquitto for an mqtt device whose host was stopped or killed. mosquitto has its default settings; only more than 1,000
/// messages need <c>max_queued_messages</c>. One message in the middle is longer than max_packet_size.
/// </summary>
internal sealed class MqttBacklog() : FaultScenario(
    "24", "MQTT: 900 and 5,000 messages wait at mosquitto after an ordinary stop and kill -9, QoS 1, 3.1.1 and 5; one is too long",
    "no connection cut; all delivered ≤ 10 s; duplicates ≤ those in flight; the long one BAD by name and acknowledged")
{
    private const int InFlight = 100;
    private const int LongBytes = 300_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public override async Task RunAsync(FaultRun run)
    {
        foreach (var version in (string[])["5.0", "3.1.1"])
        {
            foreach (var count in run.Pick<int[]>([900, 5_000], [900]))
                foreach (var signal in (string[])["TERM", "KILL"]) await RunAsync(run, version, count, signal);
        }
    }

    public static async Task RunAsync(FaultRun run, string version, int count, string signal)
    {
        Tool.Require("mosquitto");
        Tool.Require("mosquitto_pub");
        string[] lines = count > 900 ? ["allow_anonymous true", "max_queued_messages 0"] : ["allow_anonymous true"];
        await using var broker = await PeerProcess.StartAsync("python3", "mosquitto_broker.py", JsonSerializer.Serialize(lines));
        using var site = new SiteFolder($$"""
            [site]
            name = "listening"

            [devices.broker]
            driver    = "mqtt"
            host      = "127.0.0.1"
            port      = {{broker.Port}}
            version   = "{{version}}"
            reconnect = { first = "100ms" }

              [devices.broker.tags]
              n = "plc/press : n"

            [sinks.lines]
            sink = "jsonl"
            path = "lines.jsonl"
            """);
        site.Write("recipes/all.csx", "Plant.broker.Scans.Where(s => s.Failure is null).To(Sinks.lines);");
        var file = site.At("lines.jsonl");
        using (var before = await PublishAsync(site, broker.Port, signal, file, count)) await before.WaitForExitAsync();

        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync("CONNECTED .*device=broker");
        var watch = Stopwatch.StartNew();
        await Until.HoldsAsync(() => NumbersIn(file).Distinct().Count() >= count, s_patience);
        var took = watch.Elapsed;
        // One more message shows that nothing else is to come before it, and its number that the broker has forgotten the others.
        using (var last = Publisher(broker.Port, ["-m", $$"""{"n":{{count + 1}}}"""])) await last.WaitForExitAsync();
        await Until.HoldsAsync(() => NumbersIn(file).Contains(count + 1), s_patience);
        await host.SignalAsync("TERM");
        await host.WhenExitedAsync();

        var numbers = NumbersIn(file);
        var missing = count + 1 - numbers.Distinct().Count();
        var cuts = host.Count("RECONNECT .*device=broker");
        var duplicates = numbers.Count - numbers.Distinct().Count();
        run.ExpectTime(took.TotalSeconds <= 10, $"{version} {count} {signal}: {took.TotalSeconds:0.0} s");
        run.Expect(missing == 0, $"missing {missing}");
        run.Expect(cuts == 0, $"connections cut {cuts}");
        run.Expect(duplicates <= InFlight, $"duplicates {duplicates}");
        run.Expect(host.Count("reading pauses") <= 1, $"{host.Count("reading pauses")} lines about the pause");
        run.Expect(host.Count(@"BAD tag=broker\.n .*longer than max_packet_size = 256KB") > 0, "the long one named");
        await ExpectNothingWaitsAsync(run, site, file);
    }

    /// <summary>Ends the host, with SIGKILL while messages arrive, and publishes the messages.</summary>
    /// <returns>The publisher, which may still run.</returns>
    private static async Task<Process> PublishAsync(SiteFolder site, int port, string signal, string file, int count)
    {
        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync("CONNECTED .*device=broker");
        if (signal == "TERM")
        {
            await host.SignalAsync(signal);
            await host.WhenExitedAsync();
        }

        var publisher = Publisher(port, ["-l"]);
        for (var n = 1; n <= count; n++)
        {
            await publisher.StandardInput.WriteLineAsync($$"""{"n":{{n}}}""");
            if (n == count / 2) await publisher.StandardInput.WriteLineAsync($$"""{"n":0,"text":"{{new string('x', LongBytes)}}"}""");
            if (signal != "KILL" || n != 50) continue;
            await publisher.StandardInput.FlushAsync();
            await Until.HoldsAsync(() => NumbersIn(file).Count > 0, s_patience);
            await host.SignalAsync(signal);
            await host.WhenExitedAsync();
        }

        publisher.StandardInput.Close();
        return publisher;
    }

    /// <summary>A further start receives nothing: everything was acknowledged, the long message too.</summary>
    private static async Task ExpectNothingWaitsAsync(FaultRun run, SiteFolder site, string file)
    {
        var before = NumbersIn(file).Count;
        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync("CONNECTED .*device=broker");
        await Task.Delay(TimeSpan.FromSeconds(1));
        await host.SignalAsync("TERM");
        await host.WhenExitedAsync();
        run.Expect(NumbersIn(file).Count == before && host.Count("longer than max_packet_size") == 0, "nothing comes again");
    }

    private static Process Publisher(int port, params string[] arguments) => Process.Start(
        new ProcessStartInfo("mosquitto_pub", ["-h", "127.0.0.1", "-p", $"{port}", "-q", "1", "-t", "plc/press", .. arguments])
        {
            RedirectStandardInput = true,
        })!;

    private static List<long> NumbersIn(string file)
    {
        if (!File.Exists(file)) return [];
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var numbers = new List<long>();
        while (reader.ReadLine() is { } line)
        {
            // The last line may not be complete yet.
            if (line.EndsWith('}') && JsonNode.Parse(line)?["tags"]?["n"] is { } n) numbers.Add((long)n);
        }

        return numbers;
    }
}
