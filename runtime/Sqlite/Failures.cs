using SQLitePCL;

namespace PlantRuntime.Sqlite;

/// <summary>SQLite's result codes in the words of somebody who has a file, not a database, before them.</summary>
internal static class Failures
{
    /// <summary>SQLITE_READONLY_DBMOVED: the file under the open connection lost its name.</summary>
    public const int Moved = 1032;

    /// <param name="path">The file.</param>
    /// <param name="code">The extended code if known, else the plain one.</param>
    /// <param name="words">SQLite's own message.</param>
    public static DatabaseException Describe(string path, int code, string words) => new(code == Moved
        ? $"{path} was moved or deleted while it was open; a new one is begun"
        : (code & 0xFF) switch
        {
            raw.SQLITE_NOTADB => $"{path} is no SQLite database: move it away or give another path",
            raw.SQLITE_CORRUPT =>
                $"{path} is damaged ({words}): save what \"sqlite3 {Path.GetFileName(path)} .recover\" finds, then move it away",
            raw.SQLITE_READONLY => $"{path} cannot be written to: the file, its folder or its disk is read-only for this user",
            raw.SQLITE_CANTOPEN when Directory.Exists(path) => $"{path} cannot be opened: it is a folder",
            raw.SQLITE_CANTOPEN => $"{path} cannot be opened: this user may not read it, or write in its folder",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"{path} is locked by another program: end its transaction or close it",
            raw.SQLITE_FULL => $"{path} cannot grow: the disk is full",
            _ => $"{path}: {words} (SQLite code {code})",
        },
        code);
}
