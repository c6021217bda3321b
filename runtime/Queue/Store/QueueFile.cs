using PlantRuntime.Storage;
using SQLitePCL;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Opens the queue's SQLite file so that every commit is on the disk when it returns and no other process can use the file. Does blocking
/// disk I/O; called on the queue thread, or before it starts.
/// </summary>
internal static class QueueFile
{
    /// <summary>The name of the file in the <c>data</c> folder.</summary>
    public const string Name = "queue.db";

    /// <summary>The version of the tables, as SQLite's <c>user_version</c>. A file with a newer one is refused.</summary>
    private const int Version = 1;

    /// <summary>
    /// 4 MB: SQLite copies the write-ahead log into the file at 1,000 pages (its default) and truncates the log to this size.
    /// </summary>
    private const int LogLimit = 4 << 20;

    /// <summary>Opens or creates the file and its tables, and takes its exclusive lock. The caller owns the database.</summary>
    /// <exception cref="DatabaseException">The file cannot be opened or is damaged.</exception>
    /// <exception cref="QueueLockedException">Another process has the file open.</exception>
    /// <exception cref="IOException">
    /// The file system does not support write-ahead logging or locks, or a newer version of plant wrote the file.
    /// </exception>
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
            TakeLock(database, path);
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

    /// <summary>True if another process has the file open as its queue. Changes nothing in the file.</summary>
    public static bool IsInUse(string path)
    {
        try
        {
            using var database = Database.Open(path, TimeSpan.Zero);
            using var read = database.Prepare("SELECT count(*) FROM sqlite_schema");
            read.Step();
            return false;
        }
        catch (DatabaseException exception)
        {
            return exception.Is(raw.SQLITE_BUSY) || exception.Is(raw.SQLITE_LOCKED);
        }
    }

    /// <summary>Returns the first error in the structure of the file; null if there is none. Reads the whole file.</summary>
    public static string? Check(Database database)
    {
        using var check = database.Prepare("PRAGMA quick_check(1)");
        return check.Step() && check.Text(0) is var answer and not "ok" ? answer : null;
    }

    /// <summary>Takes the lock by a write transaction, which also creates missing tables.</summary>
    private static void TakeLock(Database database, string path)
    {
        database.Execute("BEGIN IMMEDIATE");
        if (VersionOf(database) is var version && version > Version)
        {
            throw new IOException(
                $"{path} has format {version}, written by a newer version of plant; this version reads formats up to {Version}: "
                + "run the newer version, or move the file away, with the records that wait in it, to begin an empty queue");
        }

        QueueTables.Create(database);
        database.Execute($"PRAGMA user_version = {Version}");
        database.Execute("COMMIT");
    }

    private static long VersionOf(Database database)
    {
        using var read = database.Prepare("PRAGMA user_version");
        return read.Step() ? read.Long(0) : 0;
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
