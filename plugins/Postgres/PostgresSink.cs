using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>The sink: opens the database, and closes it after any failure that leaves its state unknown.</summary>
internal sealed class PostgresSink(PostgresOptions options, PluginContext context) : ISink
{
    private readonly Connector _connector = new(options, context);
    private Database? _database;
    private Backend? _last;
    private bool _isDisposed;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        var opening = _connector.OpenAsync(_last, cancel);
        try
        {
            _database = await opening.WaitAsync(cancel).ConfigureAwait(false);
            _last = _database.Backend;
        }
        catch (Exception error)
        {
            _ = DiscardAsync(opening);
            throw Told(error, cancel);
        }
    }

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_database is null) throw new NotConnectedException($"{_connector.Endpoint} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0) return;
        try
        {
            await _database.WriteAsync(batch, cancel).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            var told = Told(error, cancel);
            if (told is not RejectedException) await CloseAsync().ConfigureAwait(false);
            throw told;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await CloseAsync().ConfigureAwait(false);
    }

    private static async Task DiscardAsync(Task<Database> opening)
    {
        try
        {
            var late = await opening.ConfigureAwait(false);
            await late.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Told already, or cancelled.
        }
    }

    // A cancelled call fails in many ways; what the host wants to hear is that it was cancelled.
    private Exception Told(Exception error, CancellationToken cancel) => cancel.IsCancellationRequested
        ? new OperationCanceledException(error.Message, error, cancel)
        : Failures.Describe(error, _connector.Endpoint, options.User);

    private async ValueTask CloseAsync()
    {
        var database = _database;
        _database = null;
        if (database is not null) await database.DisposeAsync().ConfigureAwait(false);
    }
}
