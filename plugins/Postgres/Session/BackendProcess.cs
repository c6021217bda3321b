using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Identifies the server process of a connection. If the network fails in mid-transaction, that process does not notice and keeps its
/// locks; the next connection terminates it, so that the retried batch does not wait for it. Immutable; <see cref="PostgresSink"/> keeps
/// that of its last session.
/// </summary>
/// <param name="Process">Process id, which the server may reuse.</param>
/// <param name="Start">Start time, which distinguishes it from a later process with the same id.</param>
internal sealed record BackendProcess(int Process, string Start)
{
    /// <summary>
    /// Reads the process of a connection. Returns null behind a pooler such as pgbouncer, which answers with a process id of its own: the
    /// process then serves other clients too, and another one may serve the next transaction.
    /// </summary>
    public static async Task<BackendProcess?> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        const string Sql = "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()";
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var isOwn = await reader.ReadAsync(cancel).ConfigureAwait(false) && reader.GetInt32(0) == connection.ProcessID;
        return isOwn ? new BackendProcess(connection.ProcessID, reader.IsDBNull(1) ? "" : reader.GetString(1)) : null;
    }

    /// <summary>Terminates the process, if it still exists, through another connection.</summary>
    public async Task EndAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        const string Sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2";
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = Process }, new() { Value = Start } },
        };
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
