using SQLitePCL;

namespace PlantRuntime.Storage;

/// <summary>
/// Wraps a prepared statement for repeated use. Owned by the code that prepared it, which disposes it before the <see cref="Database"/>;
/// shares the database's rule of one call at a time. As in SQLite, parameters count from 1 and columns from 0. Bound parameters keep their
/// values from run to run.
/// </summary>
public sealed class Statement : IDisposable
{
    private readonly Database _database;
    private readonly sqlite3_stmt _handle;

    internal Statement(Database database, sqlite3_stmt handle)
    {
        _database = database;
        _handle = handle;
    }

    /// <summary>Binds an integer.</summary>
    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(_handle, parameter, value));

    /// <summary>Binds a floating-point number. SQLite stores NaN as NULL.</summary>
    public void Bind(int parameter, double value) => Check(raw.sqlite3_bind_double(_handle, parameter, value));

    /// <summary>Binds NULL.</summary>
    public void BindNull(int parameter) => Check(raw.sqlite3_bind_null(_handle, parameter));

    /// <summary>Binds a copy of UTF-8 text.</summary>
    public void BindText(int parameter, ReadOnlySpan<byte> utf8) =>
        // An empty span has no address, which SQLite would take for NULL.
        Check(utf8.IsEmpty ? raw.sqlite3_bind_text(_handle, parameter, "") : raw.sqlite3_bind_text(_handle, parameter, utf8));

    /// <summary>Binds a copy of bytes.</summary>
    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes) => Check(raw.sqlite3_bind_blob(_handle, parameter, bytes));

    /// <summary>Advances to the next row, or to the end of the run and resets the statement for the next run.</summary>
    /// <returns>True if there is a row.</returns>
    /// <exception cref="DatabaseException">The statement failed; it is reset.</exception>
    public bool Step()
    {
        var code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(_handle);
            return false;
        }

        var failure = _database.Failure(code);
        raw.sqlite3_reset(_handle);
        throw failure;
    }

    /// <summary>Ends a run before its last row.</summary>
    public void Reset() => raw.sqlite3_reset(_handle);

    /// <summary>The integer in a column of the current row; 0 for NULL.</summary>
    public long Long(int column) => raw.sqlite3_column_int64(_handle, column);

    /// <summary>The floating-point number in a column of the current row; 0 for NULL.</summary>
    public double Double(int column) => raw.sqlite3_column_double(_handle, column);

    /// <summary>The text in a column of the current row; empty for NULL.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string() ?? "";

    /// <summary>
    /// The bytes of a blob or text in the current row, valid until the next call of <see cref="Step"/> or <see cref="Reset"/>.
    /// </summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_handle, column);

    /// <summary>Releases the statement.</summary>
    public void Dispose() => _handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw _database.Failure(code);
    }
}
