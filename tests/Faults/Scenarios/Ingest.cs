using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Numbered;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;
using PlantRuntime.Faults.Publishers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// sites/ingest and sites/ingest-gateway with three nats-servers and PostgreSQL. Some gateways are hosts of the site with a numbered
/// device, the others connections of <see cref="GatewayPublisher"/>. Servers, ingest hosts and gateways are killed at random moments; a
/// server starts again after the next kill of something else.
/// </summary>
internal sealed partial class Ingest() : FaultScenario("ingest",
    "3 nats-servers, 4 ingest hosts and 200 gateways → one PostgreSQL; kill -9 of servers, hosts and gateways",
    "every record exactly once in the table, order per device kept, nothing foreign or corrupt, no dead letters")
{
    private const int Rate = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(240);

    public override Task RunAsync(FaultRun run) => RunAsync(
        run, run.Pick(new IngestPlan(4, 8, 4, 48, 240, 2, 8, 12, 8, 6), new IngestPlan(2, 1, 1, 24, 30, 4, 1, 2, 1, 1)));

    public static async Task RunAsync(FaultRun run, IngestPlan plan)
    {
        Skip.If(PostgresServer.Programs is null, "postgresql is not installed");
        await using var database = await IngestDatabase.StartAsync();
        await using var cluster = await IngestCluster.StartAsync();
        await using var parts = new Parts(cluster, database, plan);
        PlantProcess.ShareCompiler();
        parts.StartHosts();
        await cluster.WhenCurrentAsync();
        parts.StartPublishers();
        var ends = (double)plan.Simulated * plan.Messages;
        int? down = null;
        foreach (var (point, fault) in plan.Kills(run.Random))
        {
            await Until.MustHoldAsync(() => parts.Acknowledged >= point * ends, s_patience, $"{point:0.00} of the messages");
            if (fault != Victim.Server)
            {
                await parts.KillAsync(fault, run.Random);
                if (down is not { } node) continue;
                down = null;
                await cluster.Servers.RestartAsync(node);
                await cluster.WhenCurrentAsync();
            }
            else
            {
                if (down is { } node) await cluster.Servers.RestartAsync(node);
                await cluster.WhenCurrentAsync();
                down = run.Random.Next(cluster.Servers.Ports.Count);
                await cluster.Servers.KillAsync(down.Value);
            }
        }

        if (down is { } last) await cluster.Servers.RestartAsync(last);
        await parts.PublishedAsync();
        var watch = Stopwatch.StartNew();
        var isStored = await Until.HoldsAsync(async () => parts.AreStored(await database.CountAsync()), s_patience);
        run.Note($"{plan.Gateways} real and {plan.Simulated} simulated gateways, {plan.Hosts} ingest hosts; kills: {plan.Describe()}");
        var after = string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0.0} s after the last was published");
        run.Expect(isStored is not null, $"all stored {after}");
        var outputs = await parts.StopAsync();
        if (isStored is null) await Console.Error.WriteLineAsync(string.Join("\n\n", outputs));
        Judge(run, parts, await database.ReadAsync());
        var (messages, redelivered) = await cluster.CountAsync();
        var rows = (await database.CountAsync()).Values.Sum();
        run.Expect(messages == rows, $"{messages} messages in the stream, {rows} rows");
        run.Note($"{redelivered} delivered again");
        var ended = outputs.Select(o => EndLine().Match(o)).ToList();
        var isEven = ended.TrueForAll(e => e is { Success: true, Groups: [_, { Value: "0" }, { Value: "0" }] });
        run.Expect(isEven, "no dead letters, none lost");
    }

    private static void Judge(FaultRun run, Parts parts, Dictionary<string, Arrivals> found)
    {
        var (lost, committed) = (0L, 0L);
        foreach (var (name, ledger) in parts.Ledgers)
        {
            var arrivals = found.GetValueOrDefault(name) ?? new Arrivals();
            lost += Verdict.Lost(ledger, arrivals) + (arrivals.Highest > ledger.Handed ? 1 : 0);
            committed += ledger.CommittedCount;
        }

        foreach (var name in parts.SimulatedNames)
        {
            var arrivals = found.GetValueOrDefault(name) ?? new Arrivals();
            lost += Enumerable.Range(1, parts.Plan.Messages).Count(n => !arrivals.Has(n));
            lost += Math.Max(0, arrivals.Highest - parts.Plan.Messages);
            committed += parts.Plan.Messages;
        }

        run.Note($"{committed} records acknowledged");
        run.Expect(lost == 0, $"lost or foreign {lost}");
        run.Expect(found.Count == parts.Ledgers.Count + parts.Plan.Simulated, $"of {found.Count} gateways");
        var doubled = found.Values.Sum(a => a.Duplicates);
        run.Expect(doubled == 0, $"doubled {doubled}");
        var disordered = found.Values.Sum(a => a.Disordered);
        run.Expect(disordered == 0, $"out of order {disordered}");
        var corrupt = found.Values.Sum(a => a.Corrupt);
        run.Expect(corrupt == 0, $"corrupt {corrupt}");
    }

    [GeneratedRegex("END sink=(?:messages|stream) .*deadlettered=(\\d+) lost=(\\d+)")]
    private static partial Regex EndLine();

    /// <summary>The processes.</summary>
    private sealed class Parts(IngestCluster cluster, IngestDatabase database, IngestPlan plan) : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("plant-faults-").FullName;
        private readonly List<RestartedHost> _hosts = [];
        private readonly List<RestartedHost> _gateways = [];
        private readonly List<Process> _publishers = [];
        private readonly List<PublisherState> _states = [];

        public IngestPlan Plan => plan;

        public Dictionary<string, Ledger> Ledgers { get; } = [];

        public IEnumerable<string> SimulatedNames => Enumerable.Range(0, plan.Simulated).Select(GatewayPublisher.NameOf);

        /// <summary>Messages of the simulated gateways that the stream has acknowledged.</summary>
        public long Acknowledged => _states.Sum(s => s.Sum);

        public void StartHosts()
        {
            for (var i = 0; i < plan.Hosts; i++)
            {
                var site = SiteFolder.CopyOf("ingest");
                site.Replace("site.toml", "ack_wait      = \"30s\"", "ack_wait      = \"5s\"");
                var environment = database.AddTo(cluster.Environment(i));
                (environment["INGEST_HOST"], environment["HEALTH"]) = ($"ingest-{i + 1}", $"127.0.0.1:{ClosedPort.Find()}");
                _hosts.Add(new RestartedHost(site, environment));
            }

            for (var i = 0; i < plan.Gateways; i++) _gateways.Add(CreateGateway(i));
            foreach (var host in _gateways.Concat(_hosts)) host.Start();
        }

        public void StartPublishers()
        {
            for (var i = 0; i < plan.Publishers; i++)
            {
                _states.Add(new PublisherState(StateFile(i), plan.PerPublisher));
                _publishers.Add(StartPublisher(i));
            }
        }

        public async Task KillAsync(Victim victim, Random random)
        {
            if (victim == Victim.Host)
            {
                await _hosts[random.Next(_hosts.Count)].KillAndStartAsync();
            }
            else if (victim == Victim.Gateway)
            {
                await _gateways[random.Next(_gateways.Count)].KillAndStartAsync();
            }
            else
            {
                var index = random.Next(_publishers.Count);
                _publishers[index].Kill();
                await _publishers[index].WaitForExitAsync();
                _publishers[index].Dispose();
                _publishers[index] = StartPublisher(index);
            }
        }

        /// <summary>Waits until the gateways have published all.</summary>
        public async Task PublishedAsync()
        {
            var all = (long)plan.Simulated * plan.Messages;
            await Until.MustHoldAsync(() => Acknowledged == all, s_patience, $"{all} published");
            foreach (var (name, ledger) in Ledgers)
            {
                await Until.MustHoldAsync(
                    () => ledger.Handed >= ledger.Limit && ledger.Committed is [.., var last] && last.Last == ledger.Handed, s_patience,
                    $"{name} has committed {ledger.Limit}");
            }
        }

        public bool AreStored(Dictionary<string, long> rows) =>
            SimulatedNames.All(n => rows.GetValueOrDefault(n) >= plan.Messages)
            && Ledgers.All(l => rows.GetValueOrDefault(l.Key) >= l.Value.CommittedCount);

        /// <summary>Ends the hosts in order and returns their outputs.</summary>
        public async Task<string[]> StopAsync()
        {
            // A host that was killed late may still start, and has no accounts to print until it has. Nothing may be left for it to store.
            var hosts = _gateways.Concat(_hosts).ToList();
            await Task.WhenAll(hosts.Select(h => h.Process.WhenAsync("START sink=")));
            return await Task.WhenAll(hosts.Select(h => h.StopAsync()));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var publisher in _publishers)
            {
                if (!publisher.HasExited) publisher.Kill();
                await publisher.WaitForExitAsync();
                publisher.Dispose();
            }

            foreach (var host in _hosts.Concat(_gateways)) await host.DisposeAsync();
            foreach (var ledger in Ledgers.Values) ledger.Dispose();
            foreach (var state in _states) state.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private RestartedHost CreateGateway(int index)
        {
            var site = SiteFolder.CopyOf("ingest-gateway");
            var name = $"real-{index}";
            var ledger = new Ledger(site.At("ledger")) { Rate = Rate, Limit = plan.Messages * Rate / plan.Rate };
            Ledgers.Add(name, ledger);
            var device = $"""
                [devices.line]
                driver = "numbered"
                ledger = "{site.At("ledger")}"
                tags   = {"{"} t0 = "0" {"}"}


                """;
            site.Write("site.toml", DeviceLines().Replace(File.ReadAllText(site.At("site.toml")), device));
            NumberedSite.AddPluginTo(site);
            var environment = cluster.Environment(index);
            (environment["GATEWAY"], environment["HEALTH"]) = (name, $"127.0.0.1:{ClosedPort.Find()}");
            return new RestartedHost(site, environment);
        }

        private string StateFile(int publisher) => Path.Combine(_folder, $"publisher-{publisher}");

        private Process StartPublisher(int index) => Process.Start("dotnet",
        [
            typeof(Ingest).Assembly.Location, "publish-gateways", StateFile(index), $"{index * plan.PerPublisher}", $"{plan.PerPublisher}",
            $"{plan.Messages}", $"{plan.Rate}", string.Join(',', cluster.Servers.Ports), IngestCluster.Password,
        ]);
    }

    [GeneratedRegex(@"\[devices\.line\].*?(?=\[sinks)", RegexOptions.Singleline)]
    private static partial Regex DeviceLines();
}
