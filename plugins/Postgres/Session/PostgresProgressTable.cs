using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// The table with the last stored record of each sink and queue, updated in the same transaction as the rows of the records. The identities
/// of a queue ascend, so every record up to that one is stored. There is a row per sink, because sinks of one queue store different
/// records. Belongs to one <see cref="BatchTransaction"/>; <see cref="SchemaCreator"/> creates the table.
/// </summary>
internal sealed class PostgresProgressTable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _sink;
    private readonly string _advance;
    private readonly string _ask;

    public PostgresProgressTable(NpgsqlConnection connection, string schema, string sink)
    {
        (_connection, _sink) = (connection, sink);
        var table = $"{Identifier.Quote(schema)}.{TableNames.Progress}";
        // The row is locked until the transaction ends, also when it is not updated (Documentation 15, INSERT, ON CONFLICT DO UPDATE).
        _advance = $"""
            INSERT INTO {table} AS stored (sink, queue, batch, record) VALUES ($1, $2, $3, $4)
            ON CONFLICT (sink, queue) DO UPDATE SET batch = $3, record = $4 WHERE (stored.batch, stored.record) < ($5, $6)
            """;
        _ask = $"SELECT batch, record FROM {table} WHERE sink = $1 AND queue = $2";
    }

    /// <summary>
    /// Creates the statement that marks records as stored. It changes a row unless the first of them is stored already, and waits for
    /// another transaction that stores records of their queue.
    /// </summary>
    public NpgsqlBatchCommand CreateAdvance()
    {
        var advance = new NpgsqlBatchCommand(_advance);
        AddParameters(advance.Parameters);
        return advance;
    }

    /// <summary>Sets the records that a statement of <see cref="CreateAdvance"/> marks: those from an index to the end.</summary>
    public static void Set(NpgsqlParameterCollection parameters, RecordBatch batch, int first)
    {
        var (from, to) = (batch[first].Id, batch[batch.Count - 1].Id);
        ((NpgsqlParameter<Guid>)parameters[1]).TypedValue = batch.Queue;
        ((NpgsqlParameter<long>)parameters[2]).TypedValue = to.Batch;
        ((NpgsqlParameter<int>)parameters[3]).TypedValue = to.Index;
        ((NpgsqlParameter<long>)parameters[4]).TypedValue = from.Batch;
        ((NpgsqlParameter<int>)parameters[5]).TypedValue = from.Index;
    }

    /// <summary>
    /// Marks the records that are not stored yet, after the statement of <see cref="CreateAdvance"/> has found that the first one is.
    /// </summary>
    /// <returns>The index of the first of them; the count of the batch if there is none.</returns>
    public async Task<int> MarkRestAsync(RecordBatch batch, CancellationToken cancel)
    {
        var stored = await AskAsync(batch.Queue, cancel).ConfigureAwait(false);
        var first = 0;
        while (first < batch.Count && batch[first].Id is var id && (id.Batch, id.Index).CompareTo(stored) <= 0) first++;
        if (first == batch.Count) return first;
        await using var advance = new NpgsqlCommand(_advance, _connection);
        AddParameters(advance.Parameters);
        Set(advance.Parameters, batch, first);
        await advance.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        return first;
    }

    private void AddParameters(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = _sink });
        parameters.Add(new NpgsqlParameter<Guid>());
        parameters.Add(new NpgsqlParameter<long>());
        parameters.Add(new NpgsqlParameter<int>());
        parameters.Add(new NpgsqlParameter<long>());
        parameters.Add(new NpgsqlParameter<int>());
    }

    private async Task<(long Batch, int Record)> AskAsync(Guid queue, CancellationToken cancel)
    {
        await using var ask = new NpgsqlCommand(_ask, _connection);
        ask.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _sink });
        ask.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = queue });
        await using var reader = await ask.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt32(1)) : default;
    }
}
