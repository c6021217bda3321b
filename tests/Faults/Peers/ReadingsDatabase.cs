using Npgsql;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Faults.Peers;

/// <summary>
/// A PostgreSQL server with a table of numbered readings, whose trigger notifies two channels, and two tables of what arrived, which refuse
/// doubles. One task writes; a second one may disturb the server at the same time.
/// </summary>
internal sealed class ReadingsDatabase(PostgresServer server) : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE readings (n bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE INDEX ON readings (at);
        CREATE FUNCTION notify_reading() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('kept', json_build_object('n', NEW.n, 'at', NEW.at)::text);
            PERFORM pg_notify('bare', json_build_object('n', NEW.n, 'at', NEW.at)::text);
            RETURN NULL;
        END $$;
        CREATE TRIGGER new_reading AFTER INSERT ON readings FOR EACH ROW EXECUTE FUNCTION notify_reading();
        CREATE TABLE kept (n bigint NOT NULL UNIQUE);
        CREATE TABLE bare (n bigint NOT NULL UNIQUE);
        """;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        $"Host=127.0.0.1;Port={server.Port};Database=postgres;Username=plant;Password={PostgresServer.Password};Pooling=false;"
        + "Application Name=faults;Timeout=5;Command Timeout=10");

    public Task CreateAsync() => ExecuteAsync(Schema);

    /// <summary>Inserts the rows in one transaction; false if the server did not confirm it, so that they may be there or not.</summary>
    public async Task<bool> TryInsertAsync(long first, long count)
    {
        try
        {
            var numbers = $"generate_series({first}, {first + count - 1})";
            await ExecuteAsync($"INSERT INTO readings (n) SELECT {numbers} ON CONFLICT DO NOTHING").ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Ends all connections of the host.</summary>
    public Task TerminateAsync() => ExecuteAsync(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'plant %'");

    /// <summary>Returns how many rows a table of what arrived has.</summary>
    public async Task<long> CountAsync(string table)
    {
        await using var command = _source.CreateCommand($"SELECT count(*) FROM {table}");
        return (long)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
    }

    /// <summary>Returns the times of the readings that did not arrive in a table.</summary>
    public async Task<IReadOnlyList<DateTime>> MissingAsync(string table)
    {
        await using var command = _source.CreateCommand(
            $"SELECT at FROM readings r LEFT JOIN {table} t USING (n) WHERE t.n IS NULL ORDER BY at");
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        var times = new List<DateTime>();
        while (await reader.ReadAsync().ConfigureAwait(false)) times.Add(reader.GetDateTime(0));
        return times;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
