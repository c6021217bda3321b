using PlantRuntime.Contracts;
using SQLitePCL;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>An open file with its tables and prepared statements. A batch is one transaction.</summary>
internal sealed class Store : IDisposable
{
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly RecordTables _tables;
    private readonly Progress _progress;
    private readonly Retention? _retention;

    private Store(Database database, SqliteOptions options, PluginContext context)
    {
        _database = database;
        _time = context.Time;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
        _tables = new RecordTables(database, options.Table, context.Site);
        _progress = new Progress(database, context.Name);
        _retention = options.Keep is { } keep ? new Retention(database, options.Table, keep) : null;
    }

    /// <summary>Opens or creates the file and its tables.</summary>
    public static Store Open(string path, SqliteOptions options, PluginContext context)
    {
        CreateFolder(path);
        var database = Database.Open(path, options.Busy);
        try
        {
            UseRollbackJournal(database, path);
            Schema.Ensure(database, path, options.Table);
            return new Store(database, options, context);
        }
        catch (Exception)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Stores what of the batch is not stored yet, all or nothing.</summary>
    /// <exception cref="RejectedException">A constraint or trigger that somebody added refuses a record.</exception>
    public void Write(RecordBatch batch, CancellationToken cancel)
    {
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
                _retention?.Step(_time.GetUtcNow().UtcDateTime, batch.SampleCount + batch.Count);
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
        _retention?.Dispose();
        _progress.Dispose();
        _tables.Dispose();
        _rollback.Dispose();
        _commit.Dispose();
        _begin.Dispose();
        _database.Dispose();
    }

    private static void CreateFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the folder of {path} cannot be made: {exception.Message}", exception);
        }
    }

    private static void UseRollbackJournal(Database database, string path)
    {
        // Not WAL: SQLite before 3.51.3 can damage a WAL file when a second connection checkpoints, and users open this file with any tool.
        // TRUNCATE and not DELETE: with FULL it syncs the journal's end. A power cut could bring a deleted one back, and undo a batch.
        using (var mode = database.Prepare("PRAGMA journal_mode = TRUNCATE"))
        {
            var now = mode.Step() ? mode.Text(0) : "";
            if (now != "truncate") throw new IOException($"{path} stays in journal mode \"{now}\": close it everywhere else");
        }

        database.Execute("PRAGMA synchronous = FULL");
    }

    private void Insert(in Record record, int place)
    {
        try
        {
            _tables.Insert(record);
        }
        catch (DatabaseException failure) when ((failure.Code & 0xFF) == raw.SQLITE_CONSTRAINT)
        {
            throw new RejectedException(failure.Message, [place]);
        }
    }

    private void RollBack()
    {
        try
        {
            _rollback.Step();
        }
        catch (DatabaseException)
        {
            // Some failures (disk full, I/O) have rolled back already; what matters is the failure itself.
        }
    }
}
