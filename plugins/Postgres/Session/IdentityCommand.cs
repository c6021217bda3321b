using Npgsql;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>A statement about one batch: $1 is the sink, $2 the queue, $3 the number, $4 how many records, as many as it has.</summary>
internal sealed class IdentityCommand
{
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<Guid> _queue = new();
    private readonly NpgsqlParameter<long> _number = new();
    private readonly NpgsqlParameter<int> _records = new();

    public IdentityCommand(NpgsqlConnection connection, string sink, int parameters, string sql)
    {
        _command = new NpgsqlCommand(sql, connection);
        NpgsqlParameter[] all = [new NpgsqlParameter<string> { TypedValue = sink }, _queue, _number, _records];
        foreach (var parameter in all.AsSpan(0, parameters)) _command.Parameters.Add(parameter);
    }

    /// <returns>Number of rows changed.</returns>
    public Task<int> RunAsync(RecordBatch batch, CancellationToken cancel) => Bound(batch).ExecuteNonQueryAsync(cancel);

    /// <returns>The first column of the first row, or null.</returns>
    public Task<object?> AskAsync(RecordBatch batch, CancellationToken cancel) => Bound(batch).ExecuteScalarAsync(cancel);

    private NpgsqlCommand Bound(RecordBatch batch)
    {
        (_queue.TypedValue, _number.TypedValue, _records.TypedValue) = (batch.Queue, batch.Number, batch.Count);
        return _command;
    }
}
