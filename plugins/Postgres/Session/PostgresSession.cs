using System.Data;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Plugins.Postgres.Tables;

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
    private readonly PostgresProgressTable _progress;
    private readonly TableShape _shape;
    private readonly SessionSettings _settings;
    private readonly TableCopy _copy;
    // The last call, which may still use the connection after its cancellation.
    private Task _unfinished = Task.CompletedTask;

    public PostgresSession(
        NpgsqlDataSource source, NpgsqlConnection connection, BackendProcess? backend,
        BatchRows rows, PostgresProgressTable progress, TableShape shape, SessionSettings settings, TableCopy copy)
    {
        Backend = backend;
        _source = source;
        _connection = connection;
        _rows = rows;
        _progress = progress;
        _shape = shape;
        _settings = settings;
        _copy = copy;
    }

    /// <summary>The server process; null behind a pooler.</summary>
    public BackendProcess? Backend { get; }

    /// <summary>Stores the records of the batch that are not stored yet, all or nothing.</summary>
    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        // Read committed: of two transactions that store records of one queue, the second waits for the first and then sees its result.
        var transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel).ConfigureAwait(false);
        try
        {
            await _settings.ApplyToTransactionAsync(cancel).ConfigureAwait(false);
            var first = await WithinAsync(_progress.MarkStoredAsync(batch, cancel), cancel).ConfigureAwait(false);
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

            // The apparent fault of a record may be that of a column whose type has changed.
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
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CopyAsync(TableRows part, CancellationToken cancel)
    {
        if (part.IsEmpty) return;
        try
        {
            await WithinAsync(_copy.CopyAsync(part, cancel), cancel).ConfigureAwait(false);
        }
        catch (PostgresException refused)
        {
            throw NpgsqlErrors.Describe(refused, part);
        }
    }

    /// <summary>
    /// Waits for a call or its cancellation: Npgsql does not react to the token while it reads the response to BEGIN or ends a COPY.
    /// </summary>
    private async Task<T> WithinAsync<T>(Task<T> call, CancellationToken cancel)
    {
        _unfinished = call;
        var result = await call.WaitAsync(cancel).ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return result;
    }
}
