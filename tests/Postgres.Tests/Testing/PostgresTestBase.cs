using System.Text;
using Npgsql;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests;

/// <summary>Gives each test a schema, a clock and a log.</summary>
[Collection(PostgresCollection.Name)]
public abstract class PostgresTestBase(PostgresFixture shared)
{
    protected string Schema { get; } = shared.NewSchema();

    protected NpgsqlDataSource Admin => shared.Admin;

    protected PostgresServer Server => shared.Server;

    protected CapturingPluginLog Log { get; } = new();

    protected IReadOnlyList<StoredSample> Samples => Sql.Samples(Admin, Schema);

    protected PostgresSinkOptions Options(
        int? port = null, IReadOnlyDictionary<string, string>? columns = null, string user = "plant",
        NulCharacterPolicy nul = NulCharacterPolicy.Remove, ConflictPolicy onConflict = ConflictPolicy.Reject) => new()
    {
        Host = "127.0.0.1",
        Port = port ?? Server.Port,
        Database = "postgres",
        User = user,
        Password = new Secret(PostgresServer.Password),
        Schema = Schema,
        Columns = columns,
        Nul = nul,
        OnConflict = onConflict,
    };

    /// <summary>
    /// Text that is sent with the first and with the last statements of a batch. Their own texts are sent once, when they are prepared;
    /// these are parameters: the sink's name, and a column's name and type of which the statement before COMMIT makes sure.
    /// </summary>
    protected const string AtBegin = SinkName, AtCommit = " quality 25";

    private const string SinkName = "store";

    protected ISink Open(PostgresSinkOptions options, string name = SinkName) =>
        new PostgresPlugin().Open(options, new PluginContext(name, "press-hall", ".", new ManualTimeProvider(Batches.Start), Log));

    protected async Task<ISink> ConnectAsync(PostgresSinkOptions? options = null, string name = SinkName)
    {
        var sink = Open(options ?? Options(), name);
        await sink.ConnectAsync(default);
        return sink;
    }

    protected static RecordBatch Payloads(long number, params string[] payloads)
    {
        var batch = Batches.Empty(number);
        foreach (var payload in payloads) batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes(payload));
        return batch;
    }

    protected List<string[]> Query(string sql) => Sql.Query(Admin, sql.Replace("$schema", Schema, StringComparison.Ordinal));

    protected void Run(string sql) => Sql.Run(Admin, sql.Replace("$schema", Schema, StringComparison.Ordinal));

    /// <summary>Waits until so many sessions of the sink wait for a lock.</summary>
    /// <returns>Their process ids.</returns>
    protected async Task<int[]> WaitingAsync(int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var waiting = Query("SELECT DISTINCT pid FROM pg_locks WHERE NOT granted");
            if (waiting.Count == count) return [.. waiting.Select(r => int.Parse(r[0], null))];
            await Task.Yield();
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Locks the table of samples until the connection is disposed.</summary>
    protected async Task<NpgsqlConnection> LockSamplesAsync()
    {
        var connection = await Admin.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {Schema}.samples IN ACCESS EXCLUSIVE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
