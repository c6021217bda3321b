using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// The table <c>events</c>: a row is inserted when an event starts and completed when it ends. It repairs what a kill of the host or a
/// dropped record leaves behind, so that events of one series never overlap and at most one is open. Owned by one
/// <see cref="SqliteStore"/>, which calls it inside a transaction; one call at a time; blocks.
/// </summary>
internal sealed class EventTable : IDisposable
{
    private readonly string _site;
    private readonly Utf8Buffer _text = new();
    private readonly Statement _insert;
    private readonly Statement _findOpen;
    private readonly Statement _close;
    private readonly Statement _complete;
    private readonly Statement _completeOpen;

    public EventTable(Database database, string site)
    {
        _site = site;
        _insert = database.Prepare($"""
            INSERT INTO {SqliteSchema.Events} (id, series, previous, site, device, tag, start_time, end_time, duration, json)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING
            """);
        _findOpen = database.Prepare($"""
            SELECT id = ?1 OR previous IS ?3 OR start_time > ?7 FROM {SqliteSchema.Events}
              WHERE site = ?4 AND series = ?2 AND end_time IS NULL
            """);
        _close = database.Prepare($"UPDATE {SqliteSchema.Events} SET end_time = ?7 WHERE site = ?4 AND series = ?2 AND end_time IS NULL");
        _complete = database.Prepare($"""
            UPDATE {SqliteSchema.Events} SET end_time = ?8, duration = ?9, json = ?10 WHERE id = ?1 AND end_time IS NULL RETURNING rowid
            """);

        // The row is of a start that the host forgot when it was killed: before this event, or after it.
        _completeOpen = database.Prepare($"""
            UPDATE {SqliteSchema.Events} SET end_time = ?8, json = ?10,
              duration = CASE WHEN start_time = ?7 THEN ?9 ELSE round((julianday(?8) - julianday(start_time)) * 86400, 3) END
              WHERE site = ?4 AND series = ?2 AND end_time IS NULL AND start_time <= ?8 AND (previous IS ?3 OR previous = ?1)
              RETURNING rowid
            """);
    }

    /// <summary>Inserts or completes the row of the event. An event that is complete stays as it is.</summary>
    /// <exception cref="DatabaseException">SQLite refuses the row.</exception>
    public void Store(EventRecord change, ReadOnlySpan<byte> json)
    {
        if (change.End is null)
        {
            if (!IsKnown(change)) Run(_insert, change, json);
        }
        else if (!Run(_complete, change, json) && !Run(_completeOpen, change, json))
        {
            Run(_insert, change, json);
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _findOpen.Dispose();
        _close.Dispose();
        _complete.Dispose();
        _completeOpen.Dispose();
    }

    /// <summary>
    /// True if the row of this start is there, or that of a later event. Another open row of the series lost its end, and is closed.
    /// </summary>
    private bool IsKnown(EventRecord start)
    {
        BindStart(_findOpen, start);
        if (!_findOpen.Step()) return false;
        var isKnown = _findOpen.Long(0) != 0;
        _findOpen.Reset();
        if (isKnown) return true;
        BindStart(_close, start);
        _close.Step();
        return false;
    }

    /// <summary>Runs a statement with all ten parameters. Returns true if it returned a row.</summary>
    private bool Run(Statement statement, EventRecord change, ReadOnlySpan<byte> json)
    {
        BindStart(statement, change);
        if (change.End is { } end) statement.BindText(8, _text.Encode(end));
        else statement.BindNull(8);
        if (change.Duration is { } duration) statement.Bind(9, duration.TotalSeconds);
        else statement.BindNull(9);
        statement.BindText(10, json);
        var isFound = statement.Step();
        if (isFound) statement.Step();
        return isFound;
    }

    private void BindStart(Statement statement, EventRecord change)
    {
        statement.BindText(1, _text.Encode(change.Id));
        statement.BindText(2, _text.Encode(change.Series));
        if (change.PreviousId is { } previous) statement.BindText(3, _text.Encode(previous));
        else statement.BindNull(3);
        statement.BindText(4, _text.Encode(_site));
        statement.BindText(5, _text.Encode(change.Device));
        statement.BindText(6, _text.Encode(change.Tag));
        statement.BindText(7, _text.Encode(change.Start));
    }
}
