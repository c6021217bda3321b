using System.Runtime.CompilerServices;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Listen;

/// <summary>
/// One dedicated connection that listens to channels and reads rows. <see cref="PostgresDriver"/> owns it; one call at a time. It has no
/// background task: notifications are received only within a call. It never reconnects.
/// </summary>
internal sealed class ListenSession : IAsyncDisposable
{
    private const string ProbeSql = "SELECT 1, pg_notification_queue_usage()";

    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(2);

    // Npgsql sets the timeout of the socket, in a system call, whenever it differs from the one before. At the start of each call that is
    // the timeout of commands, so that waiting as long as that costs none.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(ConnectionString.MostSeconds);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresDriverOptions _options;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _channels = new(StringComparer.Ordinal);
    private DateTime _serverTime;
    private long _serverTimeAt;

    private ListenSession(NpgsqlDataSource source, NpgsqlConnection connection, PostgresDriverOptions options, TimeProvider time)
    {
        (_source, Connection, _options, _time) = (source, connection, options, time);
        Version = connection.PostgreSqlVersion.ToString();
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Version of the server. Any thread.</summary>
    public string Version { get; }

    /// <summary>True if a pooler such as pgbouncer is between driver and server.</summary>
    public bool IsPooled { get; private set; }

    /// <summary>Part of the server's queue of notifications that is in use, at the last probe: 0 to 1.</summary>
    public double QueueUsage { get; private set; }

    /// <summary>The clock of the server in UTC.</summary>
    public DateTime ServerTime => _serverTime + _time.GetElapsedTime(_serverTimeAt);

    /// <summary>Connects and reads the server's clock.</summary>
    /// <param name="connections">Creates the connection.</param>
    /// <param name="options">The options of the driver.</param>
    /// <param name="time">The clock.</param>
    /// <param name="received">Receives each notification: channel and payload.</param>
    /// <param name="cancel">Cancels the attempt.</param>
    public static async Task<ListenSession> OpenAsync(
        ConnectionFactory connections, PostgresDriverOptions options, TimeProvider time, Action<string, string>? received,
        CancellationToken cancel)
    {
        var source = connections.CreateSource();
        try
        {
            var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            if (received is not null) connection.Notification += (_, e) => received(e.Channel, e.Payload);
            var session = new ListenSession(source, connection, options, time);
            session.IsPooled = await BackendProcess.ReadAsync(connection, cancel).ConfigureAwait(false) is null;
            await using var clock = new NpgsqlCommand("SELECT now()", connection);
            session._serverTimeAt = time.GetTimestamp();
            session._serverTime = (DateTime)(await clock.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
            return session;
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends LISTEN for the channels that this connection does not listen to yet.</summary>
    public ValueTask ListenAsync(IReadOnlyCollection<string> channels, CancellationToken cancel)
    {
        // Channels are only added, so that equal numbers mean equal channels.
        return channels.Count == _channels.Count ? default : SendListenAsync(channels, cancel);
    }

    /// <summary>Waits for a notification.</summary>
    /// <returns>False if none has come within the time.</returns>
    public Task<bool> WaitAsync(TimeSpan most, CancellationToken cancel) =>
        // Npgsql has the timer, which costs nothing while notifications wait.
        Connection.WaitAsync((int)Math.Ceiling(most.TotalMilliseconds), cancel);

    /// <summary>Waits for a notification; after a silence it tests the connection.</summary>
    /// <returns>False if there was a silence and the connection works.</returns>
    /// <exception cref="NotConnectedException">The server does not answer in time.</exception>
    public ValueTask<bool> WaitOrProbeAsync(CancellationToken cancel)
    {
        var waiting = WaitPartAsync(_options.Probe, cancel);
        return waiting is { IsCompletedSuccessfully: true, Result: true } ? new(true) : WaitOrProbeAsync(waiting, cancel);
    }

    /// <summary>Returns the channels that the server says this connection listens to.</summary>
    public async Task<IReadOnlyList<string>> ListeningChannelsAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT pg_listening_channels()", Connection);
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var channels = new List<string>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false)) channels.Add(reader.GetString(0));
        return channels;
    }

    /// <summary>Closes the connection. One that does not close in time, because the network is dead, is left to Npgsql's timeout.</summary>
    public async ValueTask DisposeAsync()
    {
        var closing = CloseAsync();
        await Task.WhenAny(closing, Task.Delay(s_closeLimit, _time)).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        try
        {
            await Connection.DisposeAsync().ConfigureAwait(false);
            await _source.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection was lost before.
        }
    }

    private Task<bool> WaitPartAsync(TimeSpan left, CancellationToken cancel) =>
        WaitAsync(left < s_longestWait ? left : s_longestWait, cancel);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitOrProbeAsync(Task<bool> waiting, CancellationToken cancel)
    {
        for (var left = _options.Probe; ; waiting = WaitPartAsync(left, cancel))
        {
            if (await waiting.ConfigureAwait(false)) return true;
            left -= s_longestWait;
            if (left <= TimeSpan.Zero) break;
        }

        await ProbeAsync(cancel).ConfigureAwait(false);
        return false;
    }

    private async ValueTask ProbeAsync(CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(_options.ProbeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await using var command = new NpgsqlCommand(ProbeSql, Connection);
            await using var reader = await command.ExecuteReaderAsync(either.Token).ConfigureAwait(false);
            await reader.ReadAsync(either.Token).ConfigureAwait(false);
            QueueUsage = reader.GetDouble(1);
        }
        catch (Exception e) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new NotConnectedException(
                $"{_options.Endpoint}: no answer to SELECT 1 within {_options.ProbeTimeout.TotalSeconds:0.###} s: "
                + "the connection is half-open", e);
        }
    }

    private async ValueTask SendListenAsync(IReadOnlyCollection<string> channels, CancellationToken cancel)
    {
        var missing = channels.Where(c => !_channels.Contains(c)).ToList();
        var sql = string.Join("; ", missing.Select(c => $"LISTEN {Identifier.QuoteAny(c)}"));
        await using var command = new NpgsqlCommand(sql, Connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        foreach (var channel in missing) _channels.Add(channel);
    }
}
