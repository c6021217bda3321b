using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres.Lease;

/// <summary>
/// A session-level advisory lock (PostgreSQL 15 Documentation, 13.3.5) on a connection of its own. The server releases it when the session
/// ends; <c>idle_session_timeout</c> (since PostgreSQL 14) ends the session of a host that is silent, also behind a half-open connection.
/// The fencing token is a transaction id, which rises in one server. Sessions name their host in <c>application_name</c>, by which
/// others find it in <c>pg_stat_activity</c>. One call at a time; never retries or logs.
/// </summary>
internal sealed class AdvisoryLease(PostgresOptions options, PluginContext context, LeaseSettings settings) : ILease
{
    /// <summary>Bytes of an application_name (NAMEDATALEN − 1).</summary>
    private const int MostName = 63;
    private const int FirstVersion = 140_000;
    private readonly ConnectionFactory _connections = new(options, context);
    private readonly long _key = KeyOf(context.Tenant, context.Site);
    private NpgsqlDataSource? _source;
    private NpgsqlConnection? _connection;
    private long? _token;

    /// <summary>True: the lock ends with the session.</summary>
    public bool EndsWithConnection => true;

    private string NamePrefix => $"plant lease {_key:x16} ";

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
                $"SELECT set_config('idle_session_timeout', '{(int)settings.Expiry.TotalMilliseconds}', false)", cancel).ConfigureAwait(false);
            await SetNameAsync('w', cancel).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Describe(exception);
        }
    }

    public async ValueTask<long?> TryHoldAsync(CancellationToken cancel)
    {
        if (_connection is null) throw new NotConnectedException("the lease is not connected");
        try
        {
            // A statement on the session that holds the lock confirms it: the lock ends with the session and not before.
            if (_token is not null)
            {
                await RunAsync<int>("SELECT 1", cancel).ConfigureAwait(false);
                return _token;
            }

            if (!await RunAsync<bool>($"SELECT pg_try_advisory_lock({_key})", cancel).ConfigureAwait(false)) return null;

            // Assigned after the lock was got, so that it is larger than that of every holder before.
            _token = await RunAsync<long>("SELECT pg_current_xact_id()::text::bigint", cancel).ConfigureAwait(false);
            await SetNameAsync('a', cancel).ConfigureAwait(false);
            return _token;
        }
        catch (Exception exception)
        {
            throw Describe(exception);
        }
    }

    public async ValueTask<IReadOnlyList<LeaseMember>> ListAsync(CancellationToken cancel)
    {
        try
        {
            // One text, because this connection reads no arrays; a name has no line end.
            var names = await RunAsync<string>(
                "SELECT coalesce(string_agg(application_name, chr(10)), '') FROM pg_stat_activity "
                + $"WHERE application_name LIKE '{NamePrefix}%' AND pid <> pg_backend_pid()", cancel).ConfigureAwait(false);
            return [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(n => MemberFrom(n[NamePrefix.Length..]))];
        }
        catch (Exception exception)
        {
            throw Describe(exception);
        }
    }

    /// <summary>Does nothing: the lock ends with the session, which the disposal closes.</summary>
    public ValueTask ReleaseAsync(CancellationToken cancel) => ValueTask.CompletedTask;

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

    private static LeaseMember MemberFrom(string name)
    {
        var parts = name.Split(' ', 3);
        var isActive = parts[0] == "a";
        var seconds = parts.Length > 1 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var since) ? since : 0;
        DateTime? time = isActive && seconds is > 0 and < 1L << 37 ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime : null;
        return new LeaseMember(parts[^1], isActive, time);
    }

    /// <summary>Names the session: state, Unix time, host. The server cuts what is too long, and replaces what is not ASCII.</summary>
    private async Task SetNameAsync(char state, CancellationToken cancel)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{NamePrefix}{state} {context.Time.GetUtcNow().ToUnixTimeSeconds()} {settings.Instance}");
        var ascii = string.Concat(name.Take(MostName).Select(c => c is >= ' ' and <= '~' and not '\'' and not '\\' ? c : '?'));
        await RunAsync<string>($"SELECT set_config('application_name', '{ascii}', false)", cancel).ConfigureAwait(false);
    }

    private Exception Describe(Exception exception) =>
        NpgsqlErrors.Describe(exception, options.Endpoint, options.User);
}
