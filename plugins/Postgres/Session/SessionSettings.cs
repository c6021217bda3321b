using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Sets what the sink relies on: a commit is confirmed only when it is on the disk, although a role's default may be otherwise, and a lock
/// is waited for at most 5 s. Behind a pooler the settings are made in each transaction, because the session belongs to other clients too.
/// Belongs to one <see cref="PostgresSession"/>; one call at a time.
/// </summary>
internal sealed class SessionSettings(NpgsqlConnection connection, bool isPooled)
{
    // Keep-alive: the server ends the open transaction of a gateway 25 s after a power cut, so that the retried batch does not wait behind
    // it for hours.
    private const string OwnSession =
        """
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        SET lock_timeout = '5s';
        SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
        """;

    private const string Transaction =
        """
        SELECT set_config('lock_timeout', '5s', true),
          CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
        """;

    /// <summary>Called once after a connect.</summary>
    public Task ApplyToSessionAsync(CancellationToken cancel) => isPooled ? Task.CompletedTask : RunAsync(OwnSession, cancel);

    /// <summary>The statements that come first in each transaction.</summary>
    public IReadOnlyList<string> OfTransaction => isPooled ? [Transaction] : [];

    private async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
