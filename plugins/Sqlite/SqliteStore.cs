using PlantRuntime.Contracts;
using PlantRuntime.Storage;
using SQLitePCL;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// An open file with its tables and prepared statements. A batch is one transaction. Owned by one <see cref="SqliteSink"/>; used by one
/// thread at a time; each call blocks.
/// </summary>
internal sealed class SqliteStore : IDisposable
{
    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly RecordWriter _tables;
    private readonly SqliteProgressTable _progress;
    private readonly Retention? _retention;
    private readonly string _path;
    private readonly string _site;
    private EventTable? _events;

    private SqliteStore(Database database, string path, SqliteOptions options, PluginContext context)
    {
        (_database, _path, _site) = (database, path, context.Site);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _tables = new RecordWriter(database, options.Table, context.Site);
        _progress = new SqliteProgressTable(database, context.Name);
        _retention = options.Keep is { } keep ? new Retention(database, options.Table, keep, context.Time) : null;
        if (SqliteSchema.HasEvents(database)) OpenEvents();
    }

    /// <summary>Opens or creates the file and its tables.</summary>
    public static SqliteStore Open(string path, SqliteOptions options, PluginContext context)
    {
        CreateFolder(path, context.SiteFolder);
        var database = Database.Open(path, options.Busy);
        try
        {
            UseRollbackJournal(database, path);
            SqliteSchema.Ensure(database, path, options.Table);
            return new SqliteStore(database, path, options, context);
        }
        catch (Exception)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Stores the records of the batch that are not stored yet, all or nothing.</summary>
    /// <exception cref="RejectedException">A constraint or trigger of the user refuses a record.</exception>
    public void Write(RecordBatch batch, CancellationToken cancel)
    {
        if (_events is null && HasEvent(batch)) OpenEvents();
        _begin.Step();
        try
        {
            var first = _progress.FirstNew(batch);
            if (first < batch.Count)
            {
                for (var i = first; i < batch.Count; i++)
                {
                    cancel.ThrowIfCancellationRequested();
                    Insert(batch[i], i);
                }

                _progress.Advance(batch[batch.Count - 1].Id);
                _retention?.Step(batch.SampleCount + batch.Count);
            }

            _commit.Step();
        }
        catch (Exception)
        {
            RollBack();
            throw;
        }
    }

    public void Dispose()
    {
        _events?.Dispose();
        _retention?.Dispose();
        _progress.Dispose();
        _tables.Dispose();
        _rollback.Dispose();
        _commit.Dispose();
        _begin.Dispose();
        _database.Dispose();
    }

    private static void CreateFolder(string path, string siteFolder)
    {
        try
        {
            FolderCreation.CreateBelow(Path.GetDirectoryName(path)!, siteFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the folder of {path} cannot be made: {exception.Message}", exception);
        }
    }

    private static void UseRollbackJournal(Database database, string path)
    {
        // Not WAL: users open this file with any tool, and one with SQLite before 3.51.3 that checkpoints can damage a WAL file whichever
        // version writes it. TRUNCATE, not DELETE: with FULL it syncs the end of the journal; a power cut could bring a deleted journal
        // back and undo a batch. See docs/decisions/sqlite-sink-journal.md.
        using (var mode = database.Prepare("PRAGMA journal_mode = TRUNCATE"))
        {
            var now = mode.Step() ? mode.Text(0) : "";
            if (now != "truncate") throw new IOException($"{path} stays in journal mode \"{now}\": close it everywhere else");
        }

        database.Execute("PRAGMA synchronous = FULL");
    }

    private void Insert(in Record record, int index)
    {
        try
        {
            if (_events is not null && EventRecord.From(record) is { } change) _events.Store(change, record.Json.Span);
            else _tables.Insert(record);
        }
        catch (DatabaseException failure) when ((failure.Code & 0xFF) == raw.SQLITE_CONSTRAINT)
        {
            throw new RejectedException(failure.Message, [index]);
        }
    }

    private static bool HasEvent(RecordBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (EventRecord.From(batch[i]) is not null) return true;
        }

        return false;
    }

    // Not within a transaction, which could be rolled back.
    private void OpenEvents()
    {
        SqliteSchema.EnsureEvents(_database, _path);
        _retention?.AddEvents(_database);
        _events = new EventTable(_database, _site);
    }

    private void RollBack()
    {
        try
        {
            _rollback.Step();
        }
        catch (DatabaseException)
        {
            // Some failures (disk full, I/O) have rolled back already. The caller reports the first failure.
        }
    }
}
