using PlantRuntime.Logging;
using PlantRuntime.Queue.Store;
using PlantRuntime.Storage;
using SQLitePCL;

namespace PlantRuntime.Queue.Salvage;

/// <summary>
/// Opens the queue's file. A damaged file is moved to <c>data/damaged</c>, and what can be read of it is copied into a new file. Called by
/// <see cref="StoreSupervisor"/>, on the queue thread or before it starts; does blocking disk I/O.
/// </summary>
internal static class QueueRepair
{
    /// <summary>Returns the open database, which the caller owns. Logs DAMAGED and SALVAGED after a repair.</summary>
    /// <exception cref="IOException">The file cannot be opened, moved or written.</exception>
    /// <exception cref="QueueLockedException">Another process has the file open.</exception>
    public static Database Open(QueueFolder folder, PlantLog log)
    {
        folder.Create();
        var damage = Open(folder, out var database);
        if (database is not null) return database;
        var (moved, movedLog) = folder.MoveAside();
        log.Error($"DAMAGED queue={folder.Path} reason=\"{damage}\" kept=\"{moved}\" next=\"what can be read is put into a new file\"");
        database = QueueFile.Open(folder.Path);
        var found = Salvager.Run(moved, movedLog, database);
        log.Warn($"SALVAGED queue={folder.Path} batches={found.Batches} records={found.Records} deadletters={found.Letters}");
        return database;
    }

    /// <returns>The damage of the file; null if it is intact and open.</returns>
    private static string? Open(QueueFolder folder, out Database? database)
    {
        database = null;
        if (new FileInfo(folder.LogPath) is { Exists: true, Length: > 0 })
        {
            // SQLite would delete the log of an empty database.
            if (new FileInfo(folder.Path) is not { Exists: true, Length: > 0 })
                return "the file is empty or gone, its write-ahead log is not";
            if (WriteAheadLog.Damage(folder.LogPath) is { } damage) return damage;
        }

        try
        {
            database = QueueFile.Open(folder.Path);
            if (QueueFile.Check(database) is not { } wrong) return null;
            database.Dispose();
            database = null;
            return wrong;
        }
        catch (DatabaseException exception) when (exception.Is(raw.SQLITE_CORRUPT) || exception.Is(raw.SQLITE_NOTADB))
        {
            database?.Dispose();
            database = null;
            return exception.Message;
        }
    }
}
