using SQLitePCL;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// The queue's file under <c>data/</c>: how it is opened so that what is committed is on the disk, and nobody else writes to it.
/// </summary>
internal static class QueueFile
{
    public const string Name = "queue.db";
    private const int Version = 1;

    /// <summary>The write-ahead log is emptied into the file at 1,000 pages, and never kept longer than this.</summary>
    private const int LogLimit = 4 << 20;

    /// <summary>Opens or creates it.</summary>
    /// <exception cref="DatabaseException">It cannot be opened or is damaged.</exception>
    /// <exception cref="QueueLockedException">Another process has it.</exception>
    public static Database Open(string path)
    {
        var database = Database.Open(path, TimeSpan.Zero);
        try
        {
            Set(database, "locking_mode", "EXCLUSIVE", "exclusive");
            database.Execute($"PRAGMA page_size = {RowCost.PageSize}");
            database.Execute("PRAGMA auto_vacuum = INCREMENTAL");
            Set(database, "journal_mode", "WAL", "wal");
            Set(database, "synchronous", "FULL", "2");
            database.Execute("PRAGMA mmap_size = 0");
            database.Execute($"PRAGMA journal_size_limit = {LogLimit}");
            TakeLock(database);
            return database;
        }
        catch (Exception exception)
        {
            database.Dispose();
            if (exception is DatabaseException busy && (busy.Is(raw.SQLITE_BUSY) || busy.Is(raw.SQLITE_LOCKED)))
                throw new QueueLockedException($"{path} belongs to another plant run of this site: end that one first", exception);
            throw;
        }
    }

    /// <summary>What is wrong with the structure of the file; null when nothing is.</summary>
    public static string? Check(Database database)
    {
        using var check = database.Prepare("PRAGMA quick_check(1)");
        return check.Step() && check.Text(0) is var answer and not "ok" ? answer : null;
    }

    /// <summary>By a write, which makes the tables at the first time.</summary>
    private static void TakeLock(Database database)
    {
        database.Execute("BEGIN IMMEDIATE");
        QueueTables.Create(database);
        database.Execute($"PRAGMA user_version = {Version}");
        database.Execute("COMMIT");
    }

    private static void Set(Database database, string pragma, string value, string expected)
    {
        database.Execute($"PRAGMA {pragma} = {value}");
        using var read = database.Prepare($"PRAGMA {pragma}");
        read.Step();
        if (read.Text(0) is var found && found != expected)
            throw new IOException($"SQLite keeps {pragma} at {found} where {expected} was asked for: the disk does not allow it");
    }
}
