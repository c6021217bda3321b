using Npgsql;
using PlantRuntime.Contracts;
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
    /// <summary>The statements that come first in each transaction.</summary>
    public IReadOnlyList<string> OfTransaction => onConflict == ConflictPolicy.Skip ? ["SAVEPOINT plant_copy"] : [];

    /// <summary>Creates the temporary tables of a session that has its server process for itself.</summary>
    public async Task PrepareAsync(BatchRows rows, CancellationToken cancel)
    {
        if (onConflict == ConflictPolicy.Reject) return;
        await RunAsync(rows.Samples.Table.CreateStagingSql("DELETE ROWS"), cancel).ConfigureAwait(false);
        await RunAsync(rows.Payloads.Table.CreateStagingSql("DELETE ROWS"), cancel).ConfigureAwait(false);
    }

    /// <summary>Copies the rows of both tables within the current transaction.</summary>
    /// <exception cref="RejectedException">The server refuses a record.</exception>
    public async Task CopyAsync(BatchRows rows, CancellationToken cancel)
    {
        TableRows[] parts = [.. new[] { rows.Samples, rows.Payloads }.Where(part => !part.IsEmpty)];
        try
        {
            foreach (var part in parts) await CopyAsync(part, part.Table.CopySql, cancel).ConfigureAwait(false);
        }
        catch (PostgresException e) when (IsSkipped(e))
        {
            await RunAsync("ROLLBACK TO SAVEPOINT plant_copy", cancel).ConfigureAwait(false);
            foreach (var part in parts) await StageAsync(part, cancel).ConfigureAwait(false);
        }
    }

    private bool IsSkipped(PostgresException refused) => onConflict == ConflictPolicy.Skip
        && (refused.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation);

    private async Task StageAsync(TableRows part, CancellationToken cancel)
    {
        if (isPooled) await RunAsync(part.Table.CreateStagingSql("DROP"), cancel).ConfigureAwait(false);
        await CopyAsync(part, part.Table.CopyStagingSql, cancel).ConfigureAwait(false);
        try
        {
            await RunAsync(part.Table.InsertStagedSql, cancel).ConfigureAwait(false);
        }
        catch (PostgresException refused)
        {
            throw NpgsqlErrors.Describe(refused, part);
        }
    }

    private async Task CopyAsync(TableRows part, string sql, CancellationToken cancel)
    {
        try
        {
            var copy = await connection.BeginRawBinaryCopyAsync(sql, cancel).ConfigureAwait(false);
            await copy.WriteAsync(part.Bytes, cancel).ConfigureAwait(false);
            await copy.DisposeAsync().ConfigureAwait(false);
        }
        catch (PostgresException refused) when (!IsSkipped(refused))
        {
            throw NpgsqlErrors.Describe(refused, part);
        }
    }

    private async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
