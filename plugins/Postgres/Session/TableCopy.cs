using Npgsql;
using PlantRuntime.Plugins.Postgres.Copy;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Copies encoded rows into their table. COPY ends at the first row that violates a unique key; if such rows are skipped, the rows are then
/// copied into a temporary table and inserted from there. Belongs to one <see cref="PostgresSession"/>; one call at a time.
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
        if (onConflict == ConflictPolicy.Reject)
        {
            await CopyAsync(part, part.Table.CopySql, cancel).ConfigureAwait(false);
            return true;
        }

        await RunAsync("SAVEPOINT plant_copy", cancel).ConfigureAwait(false);
        try
        {
            await CopyAsync(part, part.Table.CopySql, cancel).ConfigureAwait(false);
            await RunAsync("RELEASE SAVEPOINT plant_copy", cancel).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation)
        {
            await RunAsync("ROLLBACK TO SAVEPOINT plant_copy", cancel).ConfigureAwait(false);
            if (isPooled) await RunAsync(part.Table.CreateStagingSql("DROP"), cancel).ConfigureAwait(false);
            await CopyAsync(part, part.Table.CopyStagingSql, cancel).ConfigureAwait(false);
            await RunAsync(part.Table.InsertStagedSql, cancel).ConfigureAwait(false);
        }

        return true;
    }

    private async Task CopyAsync(TableRows part, string sql, CancellationToken cancel)
    {
        var copy = await connection.BeginRawBinaryCopyAsync(sql, cancel).ConfigureAwait(false);
        await copy.WriteAsync(part.Bytes, cancel).ConfigureAwait(false);
        await copy.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
