using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Deletes old rows in small steps, a few with every batch, so that no batch waits for a large clean-up. A row is old by its own time,
/// which is compared with a settled clock. A row whose own time is wrong, because it was inserted while the wall clock was, is old by its
/// age in the table instead (see <see cref="RetentionMarks"/>). Owned by one <see cref="SqliteStore"/>; one call at a time; blocks.
/// </summary>
internal sealed class Retention : IDisposable
{
    // More than a usual batch inserts, so that a backlog of old rows shrinks; few enough for milliseconds.
    private const int MinRows = 500;
    private static readonly TimeSpan s_longestSettle = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_shortestSettle = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _keep;
    private readonly SettledClock _clock;
    private readonly RetentionMarks _marks;
    private readonly TableRetention[] _tables;
    private EventRetention? _events;

    public Retention(Database database, string samples, TimeSpan keep, TimeProvider time)
    {
        var settle = TimeSpan.FromTicks(Math.Clamp(keep.Ticks / 10, s_shortestSettle.Ticks, s_longestSettle.Ticks));
        _keep = keep;
        _clock = new SettledClock(time, settle);
        SqliteSchema.EnsureRetention(database);
        _marks = new RetentionMarks(database, samples, keep, _clock);
        _tables = [new TableRetention(database, samples, _marks), new TableRetention(database, SqliteSchema.Records, _marks)];
    }

    /// <summary>Includes the table of events, which exists now. Called at most once.</summary>
    public void AddEvents(Database database) => _events = new EventRetention(database, _marks);

    /// <summary>Deletes some rows. Called inside the transaction of a batch.</summary>
    /// <param name="added">
    /// Number of rows that the batch inserted. At most twice as many, or 500 if that is more, are deleted in each table.
    /// </param>
    public void Step(int added)
    {
        _clock.Read();
        if (_clock.UtcNow is null && _marks.IsConfirmed()) _clock.Accept();
        var maxRows = Math.Max(MinRows, 2 * added);
        foreach (var table in _tables) table.Step(_clock.Earliest - _keep, maxRows);
        _events?.Step(_clock.Earliest - _keep, maxRows);
    }

    public void Dispose()
    {
        _events?.Dispose();
        foreach (var table in _tables) table.Dispose();
        _marks.Dispose();
    }
}

/// <summary>Deletes the old rows of one table. Belongs to one <see cref="Retention"/>.</summary>
internal sealed class TableRetention : IDisposable
{
    /// <summary>Times before it are those of a gateway that started without a clock.</summary>
    public const string Earliest = "2000";
    private static readonly TimeSpan s_future = TimeSpan.FromDays(1);

    private readonly string _table;
    private readonly RetentionMarks _marks;
    private readonly Utf8Buffer _text = new();
    private readonly Statement _last;
    private readonly Statement _deleteByAge;
    private readonly Statement _deleteByTime;
    private readonly Statement _findFirst;
    private long _before;
    private long _skipped;

    public TableRetention(Database database, string table, RetentionMarks marks)
    {
        (_table, _marks) = (table, marks);
        _last = database.Prepare($"""SELECT max(rowid) FROM "{table}" """);
        var hasWrongTime = RetentionMarks.IsWrongSql(table);

        // Only rows with a wrong time, so that rows that another program renumbered (VACUUM) are safe.
        _deleteByAge = database.Prepare($"""
            DELETE FROM "{table}" WHERE rowid IN (
              SELECT rowid FROM "{table}" WHERE rowid <= ?1 AND (time < '{Earliest}' OR time > ?2 OR {hasWrongTime}) ORDER BY rowid LIMIT ?3)
            """);
        _deleteByTime = database.Prepare($"""
            DELETE FROM "{table}" WHERE time < ?1 AND time >= '{Earliest}' AND NOT {hasWrongTime}
              AND rowid IN (SELECT rowid FROM "{table}" WHERE rowid > ?2 ORDER BY rowid LIMIT ?3)
            """);

        // The first row that the next step has to look at: those before it have a wrong time and go by their age.
        _findFirst = database.Prepare($"""
            SELECT count(*), max(rowid), min(CASE WHEN time >= '{Earliest}' AND time <= ?1 AND NOT {hasWrongTime} THEN rowid END)
              FROM "{table}" WHERE rowid IN (SELECT rowid FROM "{table}" WHERE rowid > ?2 ORDER BY rowid LIMIT ?3)
            """);
        _before = LastRow();
        _marks.Forget(table, _before);
    }

    /// <summary>Deletes some rows: those that are older in the table than they are kept, and those whose own time is.</summary>
    /// <param name="before">The time before which rows are old; null while the clock has not settled.</param>
    /// <param name="maxRows">Largest number of rows that each of the two deletes.</param>
    public void Step(DateTime? before, int maxRows)
    {
        _marks.Add(_table, _before);
        if (before is { } limit) Delete(limit, maxRows);
        var last = LastRow();
        if (last < _before)
        {
            // The table became empty, or another program renumbered its rows.
            _marks.Forget(_table, last);
            _skipped = 0;
        }

        _before = last;
    }

    private void Delete(DateTime limit, int maxRows)
    {
        if (_marks.FindOld(_table) is var old and > 0)
        {
            _deleteByAge.Bind(1, old);
            _deleteByAge.BindText(2, _text.Encode(_marks.Now + s_future));
            _deleteByAge.Bind(3, maxRows);
            _deleteByAge.Step();
        }

        _deleteByTime.BindText(1, _text.Encode(limit));
        _deleteByTime.Bind(2, _skipped);
        _deleteByTime.Bind(3, maxRows);
        _deleteByTime.Step();
        _findFirst.BindText(1, _text.Encode(_marks.Now + s_future));
        _findFirst.Bind(2, _skipped);
        _findFirst.Bind(3, maxRows);
        _findFirst.Step();
        if (_findFirst.Long(0) > 0) _skipped = _findFirst.Long(2) is var first and > 0 ? first - 1 : _findFirst.Long(1);
        _findFirst.Reset();
    }

    public void Dispose()
    {
        _last.Dispose();
        _deleteByAge.Dispose();
        _deleteByTime.Dispose();
        _findFirst.Dispose();
    }

    private long LastRow()
    {
        _last.Step();
        var row = _last.Long(0);
        _last.Reset();
        return row;
    }
}
