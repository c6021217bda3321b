using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Subscriptions;

namespace PlantRuntime.Benchmarks.OpcUa;

/// <summary>
/// Read calls of 1,000 nodes against node-opcua's client, in turns, with and without security; then subscriptions: processor time and lost
/// notifications. The server is node-opcua's, in a process of its own, and is the limit of the wall time: so processor time counts too.
/// </summary>
internal static class OpcUaBenchmark
{
    private const int Nodes = 1000;
    private const int ReadsPerRound = 50;
    private const int Rounds = 7;
    private const double Goal = 3;

    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_listening = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        if (!Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-opcua")))
        {
            Console.WriteLine("opcua: skipped: run npm ci in tests/peers");
            return;
        }

        foreach (var security in (string[])["None", "Basic256Sha256"]) await CompareReadsAsync(security);
        await ListenAsync(1000, TimeSpan.FromMilliseconds(100), 0.05);
        await ListenAsync(10_000, TimeSpan.FromSeconds(1), 0.10);
    }

    private static async Task CompareReadsAsync(string security)
    {
        await using var server = await StartAsync(new { nodes = Nodes, security = true, limits = new { maxNodesPerRead = 10_000 } });
        using var folder = new TemporaryFolder();
        await using var driver = await OpenAsync(server, folder,
            new OpcUaOptions { Host = "127.0.0.1", Port = server.Port, Security = security, Mode = ReadingMode.Poll });
        var scan = new PreparedScan(driver, Addresses(Nodes));
        await using var client = await PeerProcess.StartAsync("node", "opcua_client.js",
            JsonSerializer.Serialize(new { port = server.Port, nodes = Nodes, security = security != "None" }), s_startLimit);
        var (wall, cpu) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var ours = await TimeAsync(async () =>
            {
                for (var i = 0; i < ReadsPerRound; i++) await scan.ReadAsync().ConfigureAwait(false);
            });
            var words = (await client.AskAsync($"{ReadsPerRound}")).Split(' ');
            var theirs = (Wall: Number(words[1]), Cpu: Number(words[2]));
            if (round == 0) continue;
            wall.Add(theirs.Wall / ours.Wall);
            cpu.Add(theirs.Cpu / ours.Cpu);
        }

        if (scan.Good != Nodes) throw new InvalidOperationException($"{scan.Good} of {Nodes} nodes are good");
        var (walls, cpus) = (Measure.Median(wall), Measure.Median(cpu));
        Measure.Print($"opcua: read of {Nodes} nodes, {security}, against node-opcua", $"{walls:0.0} x wall, {cpus:0.0} x CPU",
            Math.Max(walls, cpus) >= Goal, $">= {Goal} x");
    }

    private static async Task ListenAsync(int items, TimeSpan rate, double goal)
    {
        await using var server = await StartAsync(new { nodes = items, security = false, changeMs = (int)rate.TotalMilliseconds, limits =
            new { maxMonitoredItemsPerCall = 10_000 } });
        using var folder = new TemporaryFolder();
        await using var driver = (SubscribingDriver)await OpenAsync(server, folder, new OpcUaOptions
        {
            Host = "127.0.0.1", Port = server.Port, Security = "None", Publish = rate, Sampling = rate / 2,
        });
        var scan = new PreparedScan(driver, Addresses(items));
        var started = Stopwatch.GetTimestamp();
        await scan.ReadAsync();
        var first = Stopwatch.GetElapsedTime(started);
        var (values, scans) = (0L, 0L);
        var used = await TimeAsync(async () =>
        {
            var begin = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begin) < s_listening)
            {
                await scan.ReadAsync().ConfigureAwait(false);
                for (var i = 0; i < items; i++) values += scan.Buffer.IsSet(i) ? 1 : 0;
                await driver.AcknowledgeAsync(++scans, CancellationToken.None).ConfigureAwait(false);
            }
        });
        var share = used.Cpu / used.Wall;
        Measure.Print($"opcua: {items} items at {rate.TotalMilliseconds} ms",
            $"{share:0.0%} of a core, {values / used.Wall:0}/s, {driver.Manager.LostNotifications} lost",
            share < goal && driver.Manager.LostNotifications == 0, $"< {goal:0%}, 0 lost");
        Measure.Print($"opcua: first value of {items}", $"{first.TotalMilliseconds:0} ms", first < TimeSpan.FromSeconds(1), "< 1 s");
    }

    private static Task<PeerProcess> StartAsync(object config)
        => PeerProcess.StartAsync("node", "opcua_server.js", JsonSerializer.Serialize(config), s_startLimit);

    private static async Task<IDriver> OpenAsync(PeerProcess server, TemporaryFolder folder, OpcUaOptions options)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(await server.AskAsync("certificate")));
        new CertificateStore(Path.Combine(folder.Path, "pki")).Trust(certificate);
        var driver =
            new OpcUaPlugin().Open(options, new PluginContext("line", "bench", folder.Path, TimeProvider.System, new CapturingPluginLog()));
        await driver.ConnectAsync(CancellationToken.None);
        return driver;
    }

    private static string[] Addresses(int count)
        => [.. Enumerable.Range(0, count).Select(n => $"nsu=http://plant.example/line;i={1000 + n}")];

    private static async Task<(double Wall, double Cpu)> TimeAsync(Func<Task> work)
    {
        var (process, begin) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp());
        await work().ConfigureAwait(false);
        return (Stopwatch.GetElapsedTime(begin).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - process).TotalSeconds);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
