using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// The table with the last stored record of each sink and queue, updated in the same transaction as the rows of the records. The identities
/// of a queue ascend, so every record up to that one is stored. There is a row per sink, because sinks of one queue store different
/// records. Belongs to one <see cref="PostgresSession"/>, which calls it first in each transaction and commits or rolls back;
/// <see cref="SchemaCreator"/> creates the table.
/// </summary>
internal sealed class PostgresProgressTable
{
    private readonly NpgsqlParameter<Guid> _queue = new();
    private readonly NpgsqlParameter<long> _batch = new();
    private readonly NpgsqlParameter<int> _record = new();
    private readonly NpgsqlParameter<long> _firstBatch = new();
    private readonly NpgsqlParameter<int> _firstRecord = new();
    private readonly NpgsqlParameter<Guid> _askedQueue = new();
    private readonly NpgsqlCommand _advance;
    private readonly NpgsqlCommand _ask;

    public PostgresProgressTable(NpgsqlConnection connection, string schema, string sink)
    {
        var table = $"{Identifier.Quote(schema)}.{TableNames.Progress}";
        // The row is locked until the transaction ends, also when it is not updated (Documentation 15, INSERT, ON CONFLICT DO UPDATE).
        _advance = Command(connection, sink, [_queue, _batch, _record, _firstBatch, _firstRecord], $"""
            INSERT INTO {table} AS stored (sink, queue, batch, record) VALUES ($1, $2, $3, $4)
            ON CONFLICT (sink, queue) DO UPDATE SET batch = $3, record = $4 WHERE (stored.batch, stored.record) < ($5, $6)
            """);
        _ask = Command(connection, sink, [_askedQueue], $"SELECT batch, record FROM {table} WHERE sink = $1 AND queue = $2");
    }

    /// <summary>
    /// Marks the whole batch as stored, within the current transaction. Waits for another transaction that stores records of its queue.
    /// </summary>
    /// <returns>The index of the first record that is not stored yet: 0 in a new batch, and in one without an identity.</returns>
    public async Task<int> MarkStoredAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (batch.Queue == Guid.Empty || await AdvanceAsync(batch, 0, cancel).ConfigureAwait(false)) return 0;
        var stored = await AskAsync(batch.Queue, cancel).ConfigureAwait(false);
        var first = 0;
        while (first < batch.Count && batch[first].Id is var id && (id.Batch, id.Index).CompareTo(stored) <= 0) first++;
        if (first < batch.Count) await AdvanceAsync(batch, first, cancel).ConfigureAwait(false);
        return first;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sink, NpgsqlParameter[] parameters, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = sink });
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    /// <returns>False if the record at <paramref name="first"/> is stored already; then nothing is changed.</returns>
    private async ValueTask<bool> AdvanceAsync(RecordBatch batch, int first, CancellationToken cancel)
    {
        var (from, to) = (batch[first].Id, batch[batch.Count - 1].Id);
        (_queue.TypedValue, _batch.TypedValue, _record.TypedValue) = (batch.Queue, to.Batch, to.Index);
        (_firstBatch.TypedValue, _firstRecord.TypedValue) = (from.Batch, from.Index);
        return await _advance.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) == 1;
    }

    private async ValueTask<(long Batch, int Record)> AskAsync(Guid queue, CancellationToken cancel)
    {
        _askedQueue.TypedValue = queue;
        await using var reader = await _ask.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt32(1)) : default;
    }
}
