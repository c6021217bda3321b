using SQLitePCL;

namespace PlantRuntime.Storage;

/// <summary>
/// Reports a failure of SQLite. The message names the file, the cause and the next step, for the person who maintains the site. Immutable.
/// </summary>
public sealed class DatabaseException : IOException
{
    private DatabaseException(string message, int code)
        : base(message) => Code = code;

    /// <summary>True if SQLite found the content of the file damaged, or no database at all.</summary>
    public bool IsDamage => Is(raw.SQLITE_CORRUPT) || Is(raw.SQLITE_NOTADB);

    /// <summary>The extended result code, https://www.sqlite.org/rescode.html.</summary>
    public int Code { get; }

    /// <summary>True if the primary result code, without its extension, is this one.</summary>
    public bool Is(int primary) => (Code & 0xFF) == primary;

    /// <summary>Creates the exception for a result code.</summary>
    /// <param name="path">The file.</param>
    /// <param name="code">The extended code if known, otherwise the primary code.</param>
    /// <param name="message">SQLite's own message.</param>
    internal static DatabaseException From(string path, int code, string message) => new(Describe(path, code, message), code);

    private static string Describe(string path, int code, string message)
    {
        if (code == raw.SQLITE_READONLY_DBMOVED) return $"{path} was moved or deleted while it was open; a new one is begun";
        return (code & 0xFF) switch
        {
            raw.SQLITE_NOTADB => $"{path} is no SQLite database: move it away or give another path",
            raw.SQLITE_CORRUPT =>
                $"{path} is damaged ({message}): save what \"sqlite3 {Path.GetFileName(path)} .recover\" finds, then move it away",
            raw.SQLITE_READONLY => $"{path} cannot be written to: the file, its folder or its disk is read-only for this user",
            raw.SQLITE_CANTOPEN when Directory.Exists(path) => $"{path} cannot be opened: it is a folder",
            raw.SQLITE_CANTOPEN => $"{path} cannot be opened: this user may not read it, or write in its folder",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"{path} is locked by another program: end its transaction or close it",
            raw.SQLITE_FULL => $"{path} cannot grow: the disk is full",
            _ => $"{path}: {message} (SQLite code {code})",
        };
    }
}
