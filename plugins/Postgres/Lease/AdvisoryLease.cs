using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres.Lease;

/// <summary>
/// A session-level advisory lock (PostgreSQL 15 Documentation, 13.3.5) on a connection of its own. The server releases it when the session
/// ends; <c>idle_session_timeout</c> (since PostgreSQL 14) ends the session of a host that is silent, also behind a half-open connection.
/// One call at a time; never retries or logs.
/// </summary>
internal sealed class AdvisoryLease(PostgresOptions options, PluginContext context) : ILease
{
    private const int FirstVersion = 140_000;
    private readonly ConnectionFactory _connections = new(options, context);
    private readonly long _key = KeyOf(context.Tenant, context.Site);
    private NpgsqlDataSource? _source;
    private NpgsqlConnection? _connection;
    private bool _isHeld;

    public TimeSpan Expiry { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The key of the lock: the first 8 bytes of the SHA-256 of a text that other programs hardly hash.</summary>
    public static long KeyOf(string tenant, string site) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"plant lease\n{tenant}\n{site}")));

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        _source = _connections.CreateSource();
        try
        {
            _connection = await _source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            if (await BackendProcess.ReadAsync(_connection, cancel).ConfigureAwait(false) is null)
                throw new NotConnectedException($"{options.Endpoint} is behind a pooler, where a lock belongs to nobody: name the server itself");
            if (await RunAsync<int>("SELECT current_setting('server_version_num')::int", cancel).ConfigureAwait(false) < FirstVersion)
                throw new NotConnectedException($"{options.Endpoint}: a lease needs PostgreSQL 14; older ones keep the lock of a lost host");
            await RunAsync<string>(
                $"SELECT set_config('idle_session_timeout', '{(int)Expiry.TotalMilliseconds}', false)", cancel).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Describe(exception);
        }
    }

    public async ValueTask<bool> TryHoldAsync(CancellationToken cancel)
    {
        if (_connection is null) throw new NotConnectedException("the lease is not connected");
        try
        {
            // A statement on the session that holds the lock confirms it: the lock ends with the session and not before.
            if (_isHeld) return await RunAsync<int>("SELECT 1", cancel).ConfigureAwait(false) == 1;
            return _isHeld = await RunAsync<bool>($"SELECT pg_try_advisory_lock({_key})", cancel).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Describe(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
        if (_source is not null) await _source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for a statement or its cancellation, to which Npgsql does not always react.</summary>
    private async Task<T> RunAsync<T>(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return (T)(await command.ExecuteScalarAsync(cancel).WaitAsync(cancel).ConfigureAwait(false))!;
    }

    private Exception Describe(Exception exception) =>
        NpgsqlErrors.Describe(exception, options.Endpoint, options.User);
}
