using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Benchmarks.Nats;

/// <summary>One nats-server, PostgreSQL with the schema of sites/ingest, and hosts of that site.</summary>
internal sealed class IngestFixture : IAsyncDisposable
{
    private const string Password = "geheim-9";
    private const int Window = 256;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly NatsServer _server;
    private readonly PostgresServer _database;
    private readonly NatsConnection _connection;
    private readonly int _monitor;
    private readonly List<(PlantProcess Process, SiteFolder Site)> _hosts = [];
    private bool _hasStream;

    private IngestFixture(NatsServer server, PostgresServer database, int monitor)
    {
        (_server, _database, _monitor) = (server, database, monitor);
        _connection = new NatsConnection(new NatsOpts { Url = $"nats://{server.Addresses[0]}" });
        Source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={database.Port};Database=postgres;Username=plant;"
            + $"Password={PostgresServer.Password};Pooling=false");
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Resident memory of the first host in bytes.</summary>
    public long HostBytes
    {
        get
        {
            using var process = Process.GetProcessById(_hosts[0].Process.Id);
            return process.WorkingSet64;
        }
    }

    private NatsJSContext JetStream => new(_connection);

    public static async Task<IngestFixture> StartAsync()
    {
        PlantProcess.ShareCompiler();
        var monitor = ClosedPort.Find();
        var server = await NatsServer.StartAsync($"http: 127.0.0.1:{monitor}");
        var fixture = new IngestFixture(server, await PostgresServer.StartNewAsync(), monitor);
        var schema = await File.ReadAllTextAsync(Path.Combine(SiteFolder.Committed("ingest"), "infra", "schema.sql"));
        await fixture.ExecuteAsync(schema.Replace(":'password'", $"'{Password}'", StringComparison.Ordinal));
        await fixture.ExecuteAsync("""
            CREATE TABLE bare (LIKE messages INCLUDING ALL) PARTITION BY RANGE (time);
            CREATE TABLE bare_other PARTITION OF bare DEFAULT;
            """);
        return fixture;
    }

    /// <summary>A message of a gateway with so many tags.</summary>
    public static byte[] Payload(int tags)
    {
        var values = Enumerable.Range(0, tags).ToDictionary(i => $"tag_{i:000}", i => Math.Round(i * 1.37, 2));
        return JsonSerializer.SerializeToUtf8Bytes(new { device = "line", tags = values });
    }

    /// <summary>Empties the stream and starts so many hosts.</summary>
    public async Task BeginAsync(int hosts)
    {
        await EndHostsAsync();
        if (_hasStream) await JetStream.DeleteStreamAsync("PLANT");
        await JetStream.CreateStreamAsync(new StreamConfig("PLANT", ["plant.*.*"]) { DuplicateWindow = TimeSpan.FromMinutes(2) });
        _hasStream = true;
        for (var i = 0; i < hosts; i++)
        {
            var site = SiteFolder.CopyOf("ingest");
            var environment = new Dictionary<string, string>
            {
                ["INGEST_HOST"] = $"ingest-{i + 1}", ["HEALTH"] = $"127.0.0.1:{ClosedPort.Find()}", ["NATS_INGEST_PASSWORD"] = "unused",
                ["NATS_TLS"] = "false", ["DB_TLS"] = "false", ["DB_HOST"] = "127.0.0.1", ["DB_PORT"] = $"{_database.Port}",
                ["DB_NAME"] = "postgres", ["DB_PASSWORD"] = Password,
            };
            for (var n = 1; n <= 3; n++) environment[$"NATS_{n}"] = _server.Addresses[0];
            var process = PlantProcess.Start(environment, "run", site.Path);
            _hosts.Add((process, site));
            await process.WhenAsync("CONNECTED .*device=stream");
        }
    }

    /// <summary>Publishes messages while the hosts are stopped, and measures until all are in the table.</summary>
    public async Task<IngestRound> RunAsync(byte[] payload, int messages)
    {
        await ExecuteAsync("TRUNCATE messages");
        foreach (var host in _hosts) await host.Process.SignalAsync("STOP");
        await PublishAsync(payload, messages);
        var before = _hosts.ConvertAll(h => CpuOf(h.Process));
        foreach (var host in _hosts) await host.Process.SignalAsync("CONT");
        var start = Stopwatch.GetTimestamp();
        await UntilStoredAsync(messages);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new IngestRound(seconds, _hosts.Select((h, i) => CpuOf(h.Process) - before[i]).Max());
    }

    public async Task<NatsConnection> ConnectAsync()
    {
        var connection = new NatsConnection(new NatsOpts { Url = $"nats://{_server.Addresses[0]}" });
        await connection.ConnectAsync();
        return connection;
    }

    public async Task PublishOneAsync(NatsConnection connection, string gateway, byte[] payload)
    {
        var ack = await new NatsJSContext(connection).PublishAsync(
            $"plant.{gateway}.line", payload, opts: new NatsJSPubOpts { MsgId = Guid.NewGuid().ToString("N") });
        ack.EnsureSuccess();
    }

    /// <summary>Resident memory of the server in bytes, as it reports it.</summary>
    public async Task<long> ServerBytesAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var status = JsonDocument.Parse(await client.GetStringAsync($"http://127.0.0.1:{_monitor}/varz"));
        return status.RootElement.GetProperty("mem").GetInt64();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndHostsAsync();
        await _connection.DisposeAsync();
        await Source.DisposeAsync();
        await _server.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static double CpuOf(PlantProcess host)
    {
        using var process = Process.GetProcessById(host.Id);
        return process.TotalProcessorTime.TotalSeconds;
    }

    private async Task PublishAsync(byte[] payload, int messages)
    {
        var waiting = new Queue<NatsJSPublishConcurrentFuture>();
        var round = Guid.NewGuid().ToString("N");
        for (var n = 0; n < messages; n++)
        {
            if (waiting.Count == Window) await FinishAsync(waiting.Dequeue());
            waiting.Enqueue(await JetStream.PublishConcurrentAsync(
                $"plant.gateway-{n % 50}.line", payload, opts: new NatsJSPubOpts { MsgId = $"{round}-{n}-0" }));
        }

        while (waiting.TryDequeue(out var last)) await FinishAsync(last);
    }

    private static async Task FinishAsync(NatsJSPublishConcurrentFuture future)
    {
        await using (future) (await future.GetResponseAsync()).EnsureSuccess();
    }

    private async Task UntilStoredAsync(int messages)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            await using var command = Source.CreateCommand("SELECT count(*) FROM messages");
            var rows = (long)(await command.ExecuteScalarAsync())!;
            if (rows == messages) return;
            if (Stopwatch.GetElapsedTime(start) > s_patience)
                throw new TimeoutException($"{rows} of {messages} rows\n{string.Join('\n', _hosts.Select(h => h.Process.Output))}");
            await Task.Delay(s_look);
        }
    }

    private async Task EndHostsAsync()
    {
        foreach (var (process, site) in _hosts)
        {
            await process.SignalAsync("TERM");
            await process.WhenExitedAsync();
            await process.DisposeAsync();
            site.Dispose();
        }

        _hosts.Clear();
    }
}

/// <summary>One measured round.</summary>
/// <param name="Seconds">Time from the start of the hosts to the last row.</param>
/// <param name="MaxCpu">Processor time in seconds of the host that used most.</param>
internal readonly record struct IngestRound(double Seconds, double MaxCpu);
