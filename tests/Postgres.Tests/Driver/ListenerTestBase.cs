using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>
/// Gives each test a schema with a table of readings whose trigger notifies the channel of a row, as the plant's database does, and a
/// folder for the position.
/// </summary>
[Collection(PostgresCollection.Name)]
public abstract class ListenerTestBase(PostgresFixture shared) : PostgresTestBase(shared), IDisposable
{
    protected TemporaryFolder Folder { get; } = new();

    /// <summary>A channel that no other test uses.</summary>
    protected string Channel => $"canal_{Schema}";

    protected PostgresTableOptions Readings => new()
    {
        Table = $"{Schema}.readings", Time = "tiempo_sensor", Channel = "canal", Value = "valor",
    };

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected PostgresDriverOptions Listen(
        PostgresTableOptions? catchUp = null, PostgresTableOptions? query = null, int? port = null, int probe = 10_000,
        int probeTimeout = 5000) => new()
    {
        Host = "127.0.0.1",
        Port = port ?? Server.Port,
        Database = "postgres",
        User = "plant",
        Password = new Secret(PostgresServer.Password),
        Time = query is null ? "tiempo_sensor" : null,
        CatchUp = catchUp,
        Query = query,
        Probe = TimeSpan.FromMilliseconds(probe),
        ProbeTimeout = TimeSpan.FromMilliseconds(probeTimeout),
    };

    protected void CreateReadings() => Run("""
        CREATE TABLE $schema.readings (id bigserial PRIMARY KEY, canal text, valor numeric, tiempo_sensor timestamptz);
        CREATE INDEX ON $schema.readings (tiempo_sensor);
        CREATE FUNCTION $schema.notify() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM pg_notify(NEW.canal, json_build_object('id', NEW.id, 'valor', NEW.valor, 'tiempo_sensor', NEW.tiempo_sensor)::text);
          RETURN NEW;
        END $$;
        CREATE TRIGGER notify AFTER INSERT ON $schema.readings FOR EACH ROW EXECUTE FUNCTION $schema.notify();
        """);

    /// <summary>Inserts a row, whose time is that of 2025-01-01 and this many seconds.</summary>
    protected void Insert(int seconds, int value, string? channel = null) =>
        Run($"INSERT INTO $schema.readings (canal, valor, tiempo_sensor) VALUES ('{channel ?? Channel}', {value}, {At(seconds)})");

    protected void Notify(string payload, string? channel = null) =>
        Run($"SELECT pg_notify('{channel ?? Channel}', '{payload.Replace("'", "''", StringComparison.Ordinal)}')");

    protected static string At(int seconds) => $"timestamptz '2025-01-01T00:00:00Z' + interval '{seconds} s'";

    /// <summary>Closes the connection of the driver at the server.</summary>
    protected void Terminate() =>
        Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plant plant/pumps'");

    /// <summary>The text of a scan with this value and time.</summary>
    protected static string Scan(int seconds, int value) =>
        $"t0={value}@{new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(seconds):yyyy-MM-ddTHH:mm:ss}";
}
