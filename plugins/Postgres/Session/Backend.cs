using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// The server's process of a connection. When a network goes silent in mid-transaction, that process does not know and holds on to
/// its batch; the next connection ends it, so that the batch need not wait.
/// </summary>
/// <param name="Process">Its number, which the server uses again.</param>
/// <param name="Start">When it started, which tells it from a later one of the same number.</param>
internal sealed record Backend(int Process, string Start)
{
    public static async Task<Backend> OfAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        const string Sql = "SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        await using var command = new NpgsqlCommand(Sql, connection);
        return new Backend(connection.ProcessID, (string)(await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) ?? ""));
    }

    /// <summary>Ends it, if it is still there.</summary>
    public async Task EndAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        const string Sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2";
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = Process }, new() { Value = Start } } };
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
