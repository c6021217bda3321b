using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Listen;

/// <summary>
/// Listens to a channel of its own and sends a notification to it over a second connection, as other programs do. It does not arrive
/// through a pooler that gives a server process to a client only for a transaction: the process that listens serves others, or nobody,
/// afterwards. Used at each connect through a pooler, and by <c>plant doctor</c>. Changes nothing but the channel, which it leaves.
/// </summary>
internal static class NotificationTest
{
    public const string TransactionMode = "a pooler in transaction mode is between here and the server: LISTEN does not work through it; "
        + "give host and port of the server itself, or of a pool with pool_mode = session";

    // Less than the shortest usual timeout of a device.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <summary>Runs the test.</summary>
    /// <param name="session">The listening connection.</param>
    /// <param name="connections">Creates the second connection.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Cancels the test.</param>
    /// <returns>The time from sending to arrival; null if it did not arrive in time.</returns>
    public static async Task<TimeSpan?> RunAsync(
        ListenSession session, ConnectionFactory connections, TimeProvider time, CancellationToken cancel)
    {
        var channel = $"plant_test_{session.Connection.ProcessID}_{time.GetTimestamp():x}";
        var hasArrived = false;
        session.Connection.Notification += OnNotification;
        try
        {
            await RunSqlAsync(session.Connection, $"LISTEN {Identifier.QuoteAny(channel)}", cancel).ConfigureAwait(false);
            await using var source = connections.CreateSource();
            var second = await source.OpenConnectionAsync(cancel).AsTask().WaitAsync(s_limit, time, cancel).ConfigureAwait(false);
            await using (second)
            {
                var sent = time.GetTimestamp();
                await RunSqlAsync(second, $"NOTIFY {Identifier.QuoteAny(channel)}, 'test'", cancel).ConfigureAwait(false);
                while (!hasArrived && time.GetElapsedTime(sent) is var elapsed && elapsed < s_limit)
                    await session.WaitAsync(s_limit - elapsed + TimeSpan.FromMilliseconds(1), cancel).ConfigureAwait(false);
                var took = time.GetElapsedTime(sent);
                await RunSqlAsync(session.Connection, $"UNLISTEN {Identifier.QuoteAny(channel)}", cancel).ConfigureAwait(false);
                return hasArrived ? took : null;
            }
        }
        finally
        {
            session.Connection.Notification -= OnNotification;
        }

        void OnNotification(object sender, NpgsqlNotificationEventArgs e) => hasArrived |= e.Channel == channel;
    }

    private static async Task RunSqlAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
