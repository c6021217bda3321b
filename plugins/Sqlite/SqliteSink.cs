using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Opens and closes the <see cref="SqliteStore"/> as the host connects, writes and disposes. The host makes one call at a time; each blocks
/// until SQLite has finished. Never retries or logs. Only <see cref="ReadEventsAsync"/> and <see cref="ReadSamplesAsync"/> are called
/// on other threads; they share no state.
/// </summary>
internal sealed class SqliteSink(SqliteOptions options, PluginContext context) : IEventStore, ISampleStore, IDiagnosableSink
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

    /// <summary>Reads over a connection of its own. Blocks until it has read the range, or as much as the patience allows.</summary>
    public ValueTask<SampleSeries> ReadSamplesAsync(SampleQuery query, CancellationToken cancel) => ValueTask.FromResult(
        SampleReader.Read(_path, options.Table, context.Site, options.Busy, query, context.Time, cancel));

    /// <summary>Null: the receiver is a file.</summary>
    public string? Endpoint => null;

    public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var file = FolderAccess.CheckFile(_path);
        yield return new DiagnosisStep("file", file.IsGood, file.Found, file.Remedies);
        cancel.ThrowIfCancellationRequested();
        var space = FolderAccess.CheckSpace(_path);
        yield return new DiagnosisStep("disk", space.IsGood, space.Found, space.Remedies);
        if (File.Exists(_path)) yield return CheckTables();
    }

    private DiagnosisStep CheckTables()
    {
        try
        {
            using var database = Database.OpenReadOnly(_path, options.Busy);
            var there = SqliteSchema.CheckExisting(database, _path, options.Table);
            return new DiagnosisStep("tables", true,
                there.Count == 0 ? "are created with the first records" : $"{string.Join(", ", there)} have the columns");
        }
        catch (IOException exception)
        {
            return new DiagnosisStep("tables", false, exception.Message,
                exception is DatabaseException ? "see whether it is an SQLite file, and which other program has locked it" : "see above");
        }
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
