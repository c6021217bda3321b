using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Opens and closes the <see cref="SqliteStore"/> as the host connects, writes and disposes. The host makes one call at a time; each blocks
/// until SQLite has finished. Never retries or logs. Only <see cref="ReadEventsAsync"/> is called on other threads; it shares no state.
/// </summary>
internal sealed class SqliteSink(SqliteOptions options, PluginContext context) : IEventStore
{
    private readonly string _path = context.WritablePathOf(options.Path);
    private SqliteStore? _store;
    private bool _isDisposed;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        Close();
        _store = SqliteStore.Open(_path, options, context);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_store is null) throw new NotConnectedException($"{_path} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count > 0) _store.Write(batch, cancel);
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads over a connection of its own. Blocks until SQLite has finished.</summary>
    public ValueTask<EventPage> ReadEventsAsync(EventQuery query, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return ValueTask.FromResult(EventReader.Read(_path, context.Site, options.Busy, query));
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        _store?.Dispose();
        _store = null;
    }
}
