using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// The statements around the copied rows of a batch, in two round trips: one begins the transaction and marks the records as stored, the
/// other checks that the tables still have the columns that the rows were encoded for, and commits. Belongs to one
/// <see cref="PostgresSession"/>; one call at a time.
/// </summary>
internal sealed class BatchTransaction : IAsyncDisposable
{
    // Read committed: of two transactions that store records of one queue, the second waits for the first and then sees its result.
    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED";

    private readonly NpgsqlConnection _connection;
    private readonly PostgresProgressTable _progress;
    private readonly NpgsqlBatch _begin;
    private readonly NpgsqlBatch _beginUnmarked;
    private readonly NpgsqlBatch _end;
    private readonly NpgsqlBatchCommand _advance;
    private readonly NpgsqlBatchCommand _check;

    /// <param name="connection">The connection of the session.</param>
    /// <param name="progress">The last stored record of each queue.</param>
    /// <param name="shape">The columns of the tables.</param>
    /// <param name="first">The statements that each transaction begins with.</param>
    public BatchTransaction(NpgsqlConnection connection, PostgresProgressTable progress, TableShape shape, IReadOnlyList<string> first)
    {
        (_connection, _progress) = (connection, progress);
        (_advance, _check) = (progress.CreateAdvance(), shape.CreateCheck());
        var prepared = first.Select(sql => new NpgsqlBatchCommand(sql));
        _begin = Create([new NpgsqlBatchCommand(Begin), .. prepared, _advance]);
        _beginUnmarked = Create([new NpgsqlBatchCommand(Begin), .. prepared]);
        _end = Create([_check, new NpgsqlBatchCommand("COMMIT")]);
    }

    /// <summary>Prepares the statements, in a session that has its server process for itself.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await _begin.PrepareAsync(cancel).ConfigureAwait(false);
        await _end.PrepareAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Begins it and marks the batch as stored. Waits for another transaction that stores records of its queue.</summary>
    /// <returns>The index of the first record that is not stored yet: 0 in a new batch, and in one without an identity.</returns>
    public async Task<int> BeginAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (batch.Queue == Guid.Empty)
        {
            await _beginUnmarked.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            return 0;
        }

        PostgresProgressTable.Set(_advance.Parameters, batch, 0);
        await _begin.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        return _advance.Rows == 1 ? 0 : await _progress.MarkRestAsync(batch, cancel).ConfigureAwait(false);
    }

    /// <summary>Commits it.</summary>
    /// <exception cref="NotConnectedException">The columns have changed: the next connect checks them again.</exception>
    public async Task CommitAsync(CancellationToken cancel)
    {
        try
        {
            await _end.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DivisionByZero && e.BatchCommand == _check)
        {
            throw new NotConnectedException("another program has changed the tables: they are checked again", e);
        }
    }

    /// <summary>Rolls it back.</summary>
    /// <exception cref="NotConnectedException">
    /// The columns have changed, so that the refusal of a record may be that of a column: the next connect checks them again.
    /// </exception>
    public async Task RollBackAsync(CancellationToken cancel)
    {
        await using var rollback = new NpgsqlCommand("ROLLBACK", _connection);
        await rollback.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);

        // A transaction without rows.
        await _beginUnmarked.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        await CommitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _begin.DisposeAsync().ConfigureAwait(false);
        await _beginUnmarked.DisposeAsync().ConfigureAwait(false);
        await _end.DisposeAsync().ConfigureAwait(false);
    }

    private NpgsqlBatch Create(IEnumerable<NpgsqlBatchCommand> commands)
    {
        var batch = new NpgsqlBatch(_connection);
        foreach (var command in commands) batch.BatchCommands.Add(command);
        return batch;
    }
}
