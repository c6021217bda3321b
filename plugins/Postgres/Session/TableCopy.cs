using Npgsql;
using PlantRuntime.Plugins.Postgres.Copy;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Copies encoded rows into their table. If rows that violate a unique key are skipped, they are copied into a temporary table and inserted
/// from there, because COPY itself ends at the first conflict. Belongs to one <see cref="PostgresSession"/>; one call at a time.
/// </summary>
/// <param name="connection">The connection of the session.</param>
/// <param name="onConflict">The treatment of rows that violate a unique key.</param>
/// <param name="isPooled">True behind a pooler: the temporary table then lives for one transaction, otherwise for the session.</param>
internal sealed class TableCopy(NpgsqlConnection connection, ConflictPolicy onConflict, bool isPooled)
{
    /// <summary>Creates the temporary tables of a session that has its server process for itself.</summary>
    public async Task PrepareAsync(BatchRows rows, CancellationToken cancel)
    {
        if (onConflict == ConflictPolicy.Reject || isPooled) return;
        await RunAsync(rows.Samples.Table.CreateStagingSql("DELETE ROWS"), cancel).ConfigureAwait(false);
        await RunAsync(rows.Payloads.Table.CreateStagingSql("DELETE ROWS"), cancel).ConfigureAwait(false);
    }

    /// <summary>Copies the rows within the current transaction.</summary>
    public async Task<bool> CopyAsync(TableRows part, CancellationToken cancel)
    {
        var isStaged = onConflict == ConflictPolicy.Skip;
        if (isStaged && isPooled) await RunAsync(part.Table.CreateStagingSql("DROP"), cancel).ConfigureAwait(false);
        var sql = isStaged ? part.Table.CopyStagingSql : part.Table.CopySql;
        var copy = await connection.BeginRawBinaryCopyAsync(sql, cancel).ConfigureAwait(false);
        await copy.WriteAsync(part.Bytes, cancel).ConfigureAwait(false);
        await copy.DisposeAsync().ConfigureAwait(false);
        if (isStaged) await RunAsync(part.Table.InsertStagedSql, cancel).ConfigureAwait(false);
        return true;
    }

    private async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
