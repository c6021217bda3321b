using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Which batches are in the database, kept in the same transaction as their rows: one that comes again, after a crash between storing and
/// remembering, is known. By sink, because sinks of one queue store different records of a batch. Of each queue the last 1,000 at
/// least are remembered; the host sends at most a few again.
/// </summary>
internal sealed class StoredBatches
{
    private const int Remembered = 1000;
    private const int BatchesUntilForgetting = 100;
    private readonly IdentityCommand _claim;
    private readonly IdentityCommand _find;
    private readonly IdentityCommand _update;
    private readonly IdentityCommand _forget;
    private int _sinceForgetting = BatchesUntilForgetting - 1;

    public StoredBatches(NpgsqlConnection connection, string schema, string sink)
    {
        var table = $"{Identifier.Quote(schema)}.{TableNames.Batches}";
        _claim = new(connection, sink, 4, $"INSERT INTO {table} (sink, queue, batch, records) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
        _find = new(connection, sink, 3, $"SELECT records FROM {table} WHERE sink = $1 AND queue = $2 AND batch = $3 FOR UPDATE");
        _update = new(connection, sink, 4, $"UPDATE {table} SET records = $4 WHERE sink = $1 AND queue = $2 AND batch = $3");
        _forget = new(connection, sink, 2, $"""
            DELETE FROM {table} WHERE sink = $1 AND queue = $2 AND number <= (
              SELECT number FROM {table} WHERE sink = $1 AND queue = $2 ORDER BY number DESC OFFSET {Remembered} LIMIT 1)
            """);
    }

    /// <summary>Takes a batch for the transaction under way, waiting for another one that has it.</summary>
    /// <returns>How many of its records are stored already: 0 for a new one, and for one without an identity.</returns>
    public async ValueTask<int> ClaimAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (batch.Queue == Guid.Empty) return 0;
        if (await _claim.RunAsync(batch, cancel).ConfigureAwait(false) == 1)
        {
            await ForgetAsync(batch, cancel).ConfigureAwait(false);
            return 0;
        }

        // Forgotten between the two statements: by a sink of the same name, which stored a thousand others meanwhile.
        if (await _find.AskAsync(batch, cancel).ConfigureAwait(false) is not int known)
            throw new PostgresSinkException($"batch {batch.Number} was forgotten while it came again: does another gateway use its queue?");
        if (known < batch.Count) await _update.RunAsync(batch, cancel).ConfigureAwait(false);
        return known;
    }

    private async ValueTask ForgetAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (++_sinceForgetting < BatchesUntilForgetting) return;
        await _forget.RunAsync(batch, cancel).ConfigureAwait(false);
        _sinceForgetting = 0;
    }
}
