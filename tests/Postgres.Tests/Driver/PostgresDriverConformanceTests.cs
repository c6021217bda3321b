using Npgsql;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>
/// Runs the driver conformance suite. The device is a server in which a loop notifies the same payload a thousand times per second, so that
/// each read receives one.
/// </summary>
[Collection(PostgresCollection.Name)]
[Trait("Needs", "Server")]
public sealed class PostgresDriverConformanceTests(PostgresFixture shared) : DriverConformance, IDisposable
{
    private const string Payload =
        """{"ok":true,"n":-7,"u":18446744073709551615,"values":{"f":0.1,"a.b":[10,20]},"text":"Größe °C"}""";

    private readonly string _channel = $"feed_{Guid.NewGuid():N}";
    private readonly System.Net.Sockets.TcpListener _silent = new(System.Net.IPAddress.Loopback, 0);
    private NpgsqlConnection? _feed;

    protected override IDriverPlugin Plugin => new PostgresPlugin();

    protected override object Options
    {
        get
        {
            if (_feed is null) StartFeed();
            return CreateOptions(shared.Server.Port);
        }
    }

    protected override object? DeadOptions => CreateOptions(1);

    protected override object? SilentOptions
    {
        get
        {
            _silent.Start();
            return CreateOptions(((System.Net.IPEndPoint)_silent.LocalEndpoint).Port);
        }
    }

    // Npgsql allocates for each wait and each notification.
    protected override int AllocatedBytesPerScan => 4096;

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new($"{_channel} : ok", null, true),
        new($"{_channel} : $.n", null, -7.0),
        new($"{_channel} : u", null, ulong.MaxValue),
        new($"{_channel} : values.f", null, 0.1),
        new($"{_channel} : values['a.b'][1]", null, 20.0),
        new($"{_channel} : values['a.b']", null, Value.Of([10.0, 20.0])),
        new($"{_channel} : text", null, "Größe °C"),
        new(_channel, "text", Payload),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("canal:valor", 6), new("canal : values[x]", 16), new("canal", 0, "REAL"), new("", 1)];

    public void Dispose()
    {
        _silent.Dispose();
        if (_feed is { } feed) Sql.Run(shared.Admin, $"SELECT pg_terminate_backend({feed.ProcessID})");
    }

    private static PostgresDriverOptions CreateOptions(int port) => new()
    {
        Host = "127.0.0.1", Port = port, Database = "postgres", User = "plant", Password = new Secret(PostgresServer.Password),
    };

    private void StartFeed()
    {
        _feed = new NpgsqlConnection(
            $"{shared.Admin.ConnectionString};Password={PostgresServer.Password};Pooling=false;Command Timeout=0");
        _feed.Open();
        _ = FeedAsync(_feed);
    }

    private async Task FeedAsync(NpgsqlConnection feed)
    {
        try
        {
            await using var _ = feed;
            await using var command = new NpgsqlCommand(
                $"DO $$ BEGIN LOOP PERFORM pg_notify('{_channel}', '{Payload}'); COMMIT; PERFORM pg_sleep(0.001); END LOOP; END $$", feed);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
