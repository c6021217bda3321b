using Npgsql;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Postgres.Tests;

/// <summary>One server for the tests of a collection, without fsync. Each test has a separate schema.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;
    private NpgsqlDataSource? _admin;
    private int _schemas;

    /// <summary>The server. Skips the test if PostgreSQL is not installed.</summary>
    public PostgresServer Server
    {
        get
        {
            Skip.If(_server is null, "no PostgreSQL here: install Debian's package postgresql");
            return _server!;
        }
    }

    /// <summary>Connections of another program, as the superuser.</summary>
    public NpgsqlDataSource Admin => Server is null ? throw new InvalidOperationException() : _admin!;

    /// <summary>Creates a schema.</summary>
    public string NewSchema()
    {
        var name = $"test{Interlocked.Increment(ref _schemas)}";
        Sql.Run(Admin, $"CREATE SCHEMA {name}");
        return name;
    }

    public async Task InitializeAsync()
    {
        if (PostgresServer.Programs is null) return;
        _server = await PostgresServer.StartNewAsync("fsync = off");
        _admin = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={_server.Port};Username=plant;Password={PostgresServer.Password};Database=postgres;Application Name=tests");
    }

    public async Task DisposeAsync()
    {
        if (_admin is not null) await _admin.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }
}
