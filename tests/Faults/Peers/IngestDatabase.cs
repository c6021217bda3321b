using Npgsql;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Oracle;

namespace PlantRuntime.Faults.Peers;

/// <summary>A PostgreSQL server with the schema of sites/ingest, and what arrived in its table.</summary>
internal sealed class IngestDatabase : IAsyncDisposable
{
    private const string Password = "geheim-9";
    private readonly PostgresServer _server;
    private readonly NpgsqlDataSource _source;

    private IngestDatabase(PostgresServer server)
    {
        _server = server;
        _source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={server.Port};Database=postgres;Username=plant;Password={PostgresServer.Password};Pooling=false;"
            + "Command Timeout=120");
    }

    public static async Task<IngestDatabase> StartAsync()
    {
        var server = await PostgresServer.StartNewAsync();
        var (exit, output) = await Tool.RunAsync(Path.Combine(PostgresServer.Programs!, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1",
            "-v", $"password={Password}", "-f", Path.Combine(SiteFolder.Committed("ingest"), "infra", "schema.sql"),
            $"postgresql://plant:{PostgresServer.Password}@127.0.0.1:{server.Port}/postgres");
        if (exit == 0) return new IngestDatabase(server);
        await server.DisposeAsync();
        throw new InvalidOperationException(output);
    }

    /// <summary>Adds what an ingest host needs to the environment of its site.</summary>
    public Dictionary<string, string> AddTo(Dictionary<string, string> environment)
    {
        (environment["DB_HOST"], environment["DB_PORT"], environment["DB_NAME"]) = ("127.0.0.1", $"{_server.Port}", "postgres");
        (environment["DB_TLS"], environment["DB_PASSWORD"]) = ("false", Password);
        return environment;
    }

    /// <summary>Returns the number of rows of each gateway.</summary>
    public async Task<Dictionary<string, long>> CountAsync()
    {
        await using var command = _source.CreateCommand("SELECT site, count(*) FROM messages GROUP BY site");
        await using var reader = await command.ExecuteReaderAsync();
        var counts = new Dictionary<string, long>();
        while (await reader.ReadAsync()) counts.Add(reader.GetString(0), reader.GetInt64(1));
        return counts;
    }

    /// <summary>Returns what arrived of each gateway, in the order of the stream.</summary>
    public async Task<Dictionary<string, Arrivals>> ReadAsync()
    {
        await using var command = _source.CreateCommand("SELECT site, payload::text FROM messages ORDER BY site, device, seq");
        await using var reader = await command.ExecuteReaderAsync();
        var found = new Dictionary<string, Arrivals>();
        while (await reader.ReadAsync())
        {
            if (!found.TryGetValue(reader.GetString(0), out var arrivals)) found.Add(reader.GetString(0), arrivals = new Arrivals());
            arrivals.Add(reader.GetString(1));
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }
}
