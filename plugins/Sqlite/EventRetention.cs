using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Deletes events that ended long ago; open ones stay, however old they are. Rows are completed in another order than they are inserted, so
/// that old ones are found by the index of their ends. Belongs to one <see cref="Retention"/>.
/// </summary>
internal sealed class EventRetention : IDisposable
{
    private static readonly TimeSpan s_future = TimeSpan.FromDays(1);

    private readonly RetentionMarks _marks;
    private readonly Utf8Buffer _text = new();
    private readonly Statement _last;
    private readonly Statement _deleteByEnd;
    private readonly Statement _deleteByAge;
    private long _before;

    public EventRetention(Database database, RetentionMarks marks)
    {
        const string Table = SqliteSchema.Events;
        const string Earliest = TableRetention.Earliest;
        _marks = marks;
        var hasWrongTime = RetentionMarks.IsWrongSql(Table);
        _last = database.Prepare($"SELECT max(rowid) FROM {Table}");
        _deleteByEnd = database.Prepare($"""
            DELETE FROM {Table} WHERE rowid IN (
              SELECT rowid FROM {Table} WHERE end_time < ?1 AND end_time >= '{Earliest}' AND NOT {hasWrongTime} ORDER BY end_time LIMIT ?2)
            """);

        // Rows with a wrong end go by their age in the table.
        _deleteByAge = database.Prepare($"""
            DELETE FROM {Table} WHERE rowid IN (
              SELECT rowid FROM {Table} WHERE rowid <= ?3 AND (end_time < ?1 OR end_time > ?4) ORDER BY rowid LIMIT ?2)
            """);
        _before = LastRow();
        _marks.Forget(Table, _before);
    }

    /// <summary>Deletes some rows. Called inside the transaction of a batch.</summary>
    /// <param name="before">The end before which events are old; null while the clock has not settled.</param>
    /// <param name="maxRows">Largest number of rows that each of the two deletes.</param>
    public void Step(DateTime? before, int maxRows)
    {
        _marks.Add(SqliteSchema.Events, _before);
        if (before is { } limit) Delete(limit, maxRows);
        var last = LastRow();
        if (last < _before) _marks.Forget(SqliteSchema.Events, last);
        _before = last;
    }

    public void Dispose()
    {
        _last.Dispose();
        _deleteByEnd.Dispose();
        _deleteByAge.Dispose();
    }

    private void Delete(DateTime limit, int maxRows)
    {
        if (_marks.FindOld(SqliteSchema.Events) is var old and > 0)
        {
            _deleteByAge.BindText(1, _text.Encode(limit));
            _deleteByAge.Bind(2, maxRows);
            _deleteByAge.Bind(3, old);
            _deleteByAge.BindText(4, _text.Encode(_marks.Now + s_future));
            _deleteByAge.Step();
        }

        _deleteByEnd.BindText(1, _text.Encode(limit));
        _deleteByEnd.Bind(2, maxRows);
        _deleteByEnd.Step();
    }

    private long LastRow()
    {
        _last.Step();
        var row = _last.Long(0);
        _last.Reset();
        return row;
    }
}
