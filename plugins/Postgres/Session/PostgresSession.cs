using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// One connection with its tables checked. A batch is one transaction. One call at a time. Created by <see cref="Connector"/>, owned by
/// <see cref="PostgresSink"/>; never retries or logs.
/// </summary>
internal sealed class PostgresSession : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly BatchRows _rows;
    private readonly BatchTransaction _transaction;
    private readonly TableCopy _copy;
    // The last call, which may still use the connection after its cancellation.
    private Task _unfinished = Task.CompletedTask;

    public PostgresSession(
        NpgsqlDataSource source, NpgsqlConnection connection, BackendProcess? backend,
        BatchRows rows, BatchTransaction transaction, TableCopy copy)
    {
        Backend = backend;
        _source = source;
        _connection = connection;
        _rows = rows;
        _transaction = transaction;
        _copy = copy;
    }

    /// <summary>The server process; null behind a pooler.</summary>
    public BackendProcess? Backend { get; }

    /// <summary>
    /// Stores the records of the batch that are not stored yet, all or nothing. After any failure but a rejection the connection has to be
    /// closed, which ends the transaction without waiting for a network that may be dead.
    /// </summary>
    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        try
        {
            var beginning = _transaction.BeginAsync(batch, cancel);
            await WithinAsync(beginning, cancel).ConfigureAwait(false);
            var first = await beginning.ConfigureAwait(false);
            if (first < batch.Count)
            {
                _rows.Encode(batch, first);
                await WithinAsync(_copy.CopyAsync(_rows, cancel), cancel).ConfigureAwait(false);
            }

            await WithinAsync(_transaction.CommitAsync(cancel), cancel).ConfigureAwait(false);
        }
        catch (RejectedException)
        {
            await WithinAsync(_transaction.RollBackAsync(cancel), cancel).ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_unfinished.IsCompleted) await CloseAsync().ConfigureAwait(false);
        else _ = CloseLaterAsync();
    }

    private async Task CloseLaterAsync()
    {
        // Npgsql's own timeout ends the call.
        try
        {
            await _unfinished.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The cancelled call has reported its failure already.
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseAsync()
    {
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Waits for a call or its cancellation: Npgsql does not react to the token while it reads the response to BEGIN or ends a COPY.
    /// </summary>
    private async Task WithinAsync(Task call, CancellationToken cancel)
    {
        _unfinished = call;
        await call.WaitAsync(cancel).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
    }
}
