using SQLitePCL;

namespace PlantRuntime.Storage;

/// <summary>
/// Copies an open database into a new file through SQLite's backup interface, some pages at a time. Changes that the same connection makes
/// meanwhile go into the copy too, so the copy has the state of its last step; a change by another connection begins it anew. Owned by the
/// code that created it, which disposes it before the source; one call at a time, with the source.
/// </summary>
public sealed class DatabaseCopy : IDisposable
{
    private readonly Database _target;
    private readonly sqlite3_backup _backup;
    private readonly string _path;

    internal DatabaseCopy(sqlite3 source, string path)
    {
        _path = path;
        Database? target = null;
        try
        {
            target = Database.Open(path, TimeSpan.Zero);

            // A copy that is interrupted is deleted, so its writes need not be on the disk.
            target.Execute("PRAGMA synchronous = OFF");
            _backup = raw.sqlite3_backup_init(target.Handle, "main", source, "main");
            if (_backup is null or { IsInvalid: true }) throw target.Failure(raw.SQLITE_ERROR);
            _target = target;
        }
        catch (DatabaseException exception)
        {
            target?.Dispose();
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Copies the next pages.</summary>
    /// <param name="pages">The most pages to copy; negative for all that are left.</param>
    /// <returns>True if the copy is complete. False as well while the source is locked: the step is tried again later.</returns>
    /// <exception cref="IOException">The source cannot be read, or the copy cannot be written.</exception>
    public bool Step(int pages)
    {
        var code = raw.sqlite3_backup_step(_backup, pages);
        if (code == raw.SQLITE_DONE) return true;
        if (code is raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED) return false;

        // Not a DatabaseException, by which the owner of the source recognises damage of the source.
        throw new IOException($"{_path}: {raw.sqlite3_errstr(code).utf8_to_string()}");
    }

    /// <summary>Ends the copy; the file stays, complete or not.</summary>
    public void Dispose()
    {
        _backup.Dispose();
        _target.Dispose();
    }
}
