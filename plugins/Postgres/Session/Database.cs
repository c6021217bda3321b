using System.Data;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>One connection with its tables ready. A batch is one transaction.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly BatchRows _rows;
    private readonly Progress _progress;
    private readonly TableShape _shape;
    private Task _unfinished = Task.CompletedTask;

    public Database(NpgsqlDataSource source, NpgsqlConnection connection, Backend backend, BatchRows rows, Progress progress, TableShape shape)
    {
        Backend = backend;
        _source = source;
        _connection = connection;
        _rows = rows;
        _progress = progress;
        _shape = shape;
    }

    public Backend Backend { get; }

    /// <summary>Stores what of the batch is not stored yet, all or nothing.</summary>
    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        // Read committed: of two that store records of one queue, the second waits for the first and then sees what it did.
        var transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel).ConfigureAwait(false);
        try
        {
            var first = await WithinAsync(_progress.TakeAsync(batch, cancel), cancel).ConfigureAwait(false);
            if (first < batch.Count)
            {
                _rows.Encode(batch, first);
                await CopyAsync(_rows.Samples, cancel).ConfigureAwait(false);
                await CopyAsync(_rows.Payloads, cancel).ConfigureAwait(false);
                await WithinAsync(_shape.CheckAsync(cancel), cancel).ConfigureAwait(false);
            }
        }
        catch (RejectedException)
        {
            // After any other failure the connection is closed, which ends the transaction without waiting for a network that may be dead.
            await transaction.RollbackAsync(cancel).ConfigureAwait(false);

            // What looks like a record's fault may be that of a column that has another type now.
            await WithinAsync(_shape.CheckAsync(cancel), cancel).ConfigureAwait(false);
            throw;
        }

        await WithinAsync(CommitAsync(), cancel).ConfigureAwait(false);

        async Task<bool> CommitAsync()
        {
            await transaction.CommitAsync(cancel).ConfigureAwait(false);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_unfinished.IsCompleted) await CloseAsync().ConfigureAwait(false);
        else _ = CloseLaterAsync();
    }

    private async Task CloseLaterAsync()
    {
        // Npgsql's own timeout ends it.
        try
        {
            await _unfinished.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whoever cancelled it was told already.
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CopyAsync(CopyPart part, CancellationToken cancel)
    {
        if (part.IsEmpty) return;
        try
        {
            await WithinAsync(SendAsync(), cancel).ConfigureAwait(false);
        }
        catch (PostgresException refused)
        {
            throw Failures.Describe(refused, part);
        }

        async Task<bool> SendAsync()
        {
            var copy = await _connection.BeginRawBinaryCopyAsync(part.Sql, cancel).ConfigureAwait(false);
            await copy.WriteAsync(part.Bytes, cancel).ConfigureAwait(false);
            await copy.DisposeAsync().ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Waits for a call until it is cancelled: Npgsql cannot be while it reads the answer to BEGIN, or ends a COPY.</summary>
    private async Task<T> WithinAsync<T>(Task<T> call, CancellationToken cancel)
    {
        _unfinished = call;
        var result = await call.WaitAsync(cancel).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return result;
    }
}
