using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>
/// Opens a <see cref="PostgresSession"/> and closes it after any failure that leaves its state unknown. The host makes one call at a time.
/// Never retries or logs: it throws, and the host decides.
/// </summary>
internal sealed class PostgresSink(PostgresSinkOptions options, PluginContext context) : IDiagnosableSink
{
    private readonly Connector _connector = new(options, context);
    private PostgresSession? _session;
    private BackendProcess? _last;
    private bool _isDisposed;

    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        await CloseAsync().ConfigureAwait(false);
        var opening = _connector.OpenAsync(_last, cancel);
        try
        {
            _session = await opening.WaitAsync(cancel).ConfigureAwait(false);
            _last = _session.Backend;
        }
        catch (Exception error)
        {
            _ = DiscardAsync(opening);
            throw Translate(error, cancel);
        }
    }

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_session is null) throw new NotConnectedException($"{options.Endpoint} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0) return;
        try
        {
            await _session.WriteAsync(batch, cancel).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            var translated = Translate(error, cancel);
            if (translated is not RejectedException) await CloseAsync().ConfigureAwait(false);
            throw translated;
        }
    }

    /// <summary>Host and port of the server; null for a Unix socket.</summary>
    public string? Endpoint => options.Host.StartsWith('/') ? null
        : options.Host.Contains(':') ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";

    public IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel) =>
        new TableDiagnosis(options, new ConnectionFactory(options, context)).RunAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await CloseAsync().ConfigureAwait(false);
    }

    private static async Task DiscardAsync(Task<PostgresSession> opening)
    {
        try
        {
            var late = await opening.ConfigureAwait(false);
            await late.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // ConnectAsync has reported it, or was cancelled.
        }
    }

    // A cancelled call fails in many ways; the host expects OperationCanceledException for all of them.
    private Exception Translate(Exception error, CancellationToken cancel) => cancel.IsCancellationRequested
        ? new OperationCanceledException(error.Message, error, cancel)
        : NpgsqlErrors.Describe(error, options.Endpoint, options.User);

    private async ValueTask CloseAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }
}
