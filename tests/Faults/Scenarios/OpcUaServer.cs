using System.Globalization;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Host;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// A node-opcua server with 999 nodes, of which 50 change every 100 ms, and one tag without a node. Its security tokens live for 2 s, so
/// that channels are renewed all the time. Between the faults values are counted by the number that they carry.
/// </summary>
internal sealed class OpcUaServer() : FaultScenario(
    "31", "OPC UA: connections cut, subscriptions dropped, sessions closed, server restarted, channels renewed under load, one bad node of 1,000",
    "values flow again ≤ 2 × keep-alive; nothing lost that the server still had; 999 good")
{
    private const int KeepAliveSeconds = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-opcua")), "run npm ci in tests/peers");
        await using var server = await PeerProcess.StartAsync(
            "node", "opcua_server.js", """{"security":false,"nodes":999,"changeMs":100,"changing":50}""", TimeSpan.FromMinutes(3));
        using var site = NewSite(server.Port);
        var numbers = new NumberTail(site.At("lines.jsonl"));
        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync(@"BAD tag=line\.lost ");

        // Channels are renewed 20 times (3 in the short form).
        var (reconnects, first) = (host.Count("RECONNECT"), numbers.Read().Last);
        await Until.HoldsAsync(() => numbers.Read().Last >= first + run.Pick(300, 45), s_patience);
        run.Expect(host.Count("BAD tag=") == 1, "999 good");
        run.Expect(host.Count("RECONNECT") == reconnects && numbers.Missing == 0, $"renewals: {numbers.Missing} values missing");

        string[] faults = ["cut", "drop", "close", "close all", "restart"];
        var longest = faults.ToDictionary(f => f, _ => 0.0);
        var missing = 0L;
        for (var i = 0; i < run.Pick(50, 5); i++)
        {
            var fault = faults[i % faults.Length];
            var last = numbers.Read().Last;
            var before = numbers.Missing;
            await server.AskAsync(fault);
            var watch = TimeProvider.System.GetTimestamp();
            // After a restart the first value is 0.
            var flows = await Until.HoldsAsync(() => numbers.Read().Last is var now && (now < last || now > last + 2), s_patience);
            longest[fault] = Math.Max(longest[fault], TimeProvider.System.GetElapsedTime(watch).TotalSeconds);
            if (flows is null) run.Expect(false, $"no value after {fault}");
            if (fault == "cut") missing += numbers.Missing - before;
            var now = numbers.Last;
            await Until.HoldsAsync(() => numbers.Read().Last > now + run.Random.Next(3, 20), s_patience);
        }

        foreach (var (fault, seconds) in longest) run.ExpectSeconds(seconds, 2 * KeepAliveSeconds, $"{fault} ≤ ");
        run.Expect(missing == 0, $"lost by cut connections {missing}");
        run.Note(string.Create(CultureInfo.InvariantCulture, $"{numbers.Count} values"));
        await HostEnd.TermAsync(run, host, "end");
    }

    private static SiteFolder NewSite(int port)
    {
        var site = new SiteFolder(string.Join('\n', [
            $$"""
            [site]
            name = "opc"
            [sinks.lines]
            sink = "jsonl"
            path = "lines.jsonl"
            [devices.line]
            driver = "opcua"
            host = "127.0.0.1"
            port = {{port}}
            security = "None"
            publish = "200ms"
            sampling = "0ms"
            queue = 200
            keep_alive = "{{KeepAliveSeconds}}s"
            channel_lifetime = "2s"
            reconnect = { first = "100ms", max = "1s" }
            [devices.line.tags]
            lost = "nsu=http://plant.example/line;s=Nowhere"
            """,
            .. Enumerable.Range(0, 999).Select(n => $"n{n} = \"nsu=http://plant.example/line;i={1000 + n}\""),
        ]));
        site.Write("recipes/all.csx", "Plant.line.Scans.Where(s => s.Failure is null).Only(\"n0\").To(Sinks.lines);");
        return site;
    }

    /// <summary>Reads the numbers of the first node as the file grows.</summary>
    private sealed class NumberTail(string file)
    {
        private long _offset;

        public long Last { get; private set; } = -1;

        /// <summary>Values that were skipped; a server that starts anew skips none.</summary>
        public long Missing { get; private set; }

        public long Count { get; private set; }

        public NumberTail Read()
        {
            if (!File.Exists(file)) return this;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Position = _offset;
            var text = new StreamReader(stream).ReadToEnd();
            var end = text.LastIndexOf('\n') + 1;
            _offset += System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, end));
            foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (JsonNode.Parse(line)?["tags"]?["n0"] is { } number) Add((long)(double)number);
            }

            return this;
        }

        private void Add(long number)
        {
            if (number == Last) return;
            if (number > Last && Last >= 0) Missing += number - Last - 1;
            Last = number;
            Count++;
        }
    }
}
