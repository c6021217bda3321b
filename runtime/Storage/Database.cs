using SQLitePCL;

namespace PlantRuntime.Storage;

/// <summary>
/// Wraps one connection to an SQLite file. Owned by the code that opened it; one call at a time, on any thread: SQLite's own mutex is off.
/// Every statement does blocking disk I/O. Never retries, except that SQLite waits for locks of others up to the busy time. The caller
/// disposes the statements first.
/// </summary>
public sealed class Database : IDisposable
{
    private readonly string _path;
    private readonly sqlite3 _handle;

    static Database() => Batteries_V2.Init();

    private Database(string path, sqlite3 handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>The connection, for <see cref="DatabaseCopy"/>.</summary>
    internal sqlite3 Handle => _handle;

    /// <summary>Opens or creates the file. SQLite reads its content only at the first statement.</summary>
    /// <param name="path">The file.</param>
    /// <param name="busy">Longest wait of a statement for a lock of another connection.</param>
    /// <exception cref="DatabaseException">The file cannot be opened.</exception>
    public static Database Open(string path, TimeSpan busy) => Open(path, busy, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    /// <summary>Opens an existing file for reading, beside a connection that writes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="busy">Longest wait of a statement for a lock of another connection.</param>
    /// <exception cref="DatabaseException">The file does not exist or cannot be opened.</exception>
    public static Database OpenReadOnly(string path, TimeSpan busy) => Open(path, busy, raw.SQLITE_OPEN_READONLY);

    private static Database Open(string path, TimeSpan busy, int mode)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, mode | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new Database(path, handle);
        if (code == raw.SQLITE_OK)
        {
            raw.sqlite3_busy_timeout(handle, (int)busy.TotalMilliseconds);
            return database;
        }

        var failure = database.Failure(code);
        database.Dispose();
        throw failure;
    }

    /// <summary>Compiles one statement for repeated use.</summary>
    /// <exception cref="DatabaseException">The SQL is invalid, or the file cannot be read.</exception>
    public Statement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v2(_handle, sql, out var statement);
        if (code != raw.SQLITE_OK) throw Failure(code);
        return new Statement(this, statement);
    }

    /// <summary>Runs one statement and ignores its rows.</summary>
    /// <exception cref="DatabaseException">The statement failed.</exception>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>Begins a copy of the database into a new file; the caller owns it.</summary>
    /// <param name="path">The new file.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public DatabaseCopy CopyTo(string path) => new(_handle, path);

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Creates the exception for the call that just failed with this result code.</summary>
    internal DatabaseException Failure(int code)
    {
        var extended = raw.sqlite3_extended_errcode(_handle);
        var known = (extended & 0xFF) == (code & 0xFF) ? extended : code;
        return DatabaseException.From(_path, known, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }
}
