using SQLitePCL;

namespace PlantRuntime.Sqlite;

/// <summary>One connection to a file. Not for several threads at once.</summary>
internal sealed class Database : IDisposable
{
    private readonly string _path;
    private readonly sqlite3 _handle;

    static Database() => Batteries_V2.Init();

    private Database(string path, sqlite3 handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>Opens or creates the file. SQLite looks into it only at the first statement.</summary>
    public static Database Open(string path, TimeSpan busy)
    {
        const int Flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(path, out var handle, Flags, null);
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

    public Statement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v2(_handle, sql, out var statement);
        if (code != raw.SQLITE_OK) throw Failure(code);
        return new Statement(this, statement);
    }

    /// <summary>Runs one statement whose rows nobody wants.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>The exception for the statement that just failed.</summary>
    public DatabaseException Failure(int code)
    {
        var extended = raw.sqlite3_extended_errcode(_handle);
        return Failures.Describe(_path, (extended & 0xFF) == (code & 0xFF) ? extended : code, raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose() => _handle.Dispose();
}
