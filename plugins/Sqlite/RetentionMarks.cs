using System.Globalization;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// The table <c>plant_retention</c>: which rows a table had at which age of the file, and whether the wall clock was settled when the rows
/// behind them were inserted. The age grows with the monotonic clock while the sink runs; of the time between two runs at most a tenth of
/// <c>keep</c> counts, because only the wall clock knows it. Belongs to one <see cref="Retention"/>, which calls it
/// inside each transaction.
/// </summary>
internal sealed class RetentionMarks : IDisposable
{
    private const long MaxIntervalMs = 3_600_000;
    private readonly SettledClock _clock;
    private readonly long _keepMs;
    private readonly Utf8Buffer _text = new();
    private readonly Statement _add;
    private readonly Statement _findOld;
    private readonly Statement _deleteOld;
    private readonly Statement _forget;
    private readonly Dictionary<string, (long AgeMs, bool IsRight)> _latest = [];
    private readonly DateTime? _lastTime;
    private readonly bool _isNew;
    private long _startMs;
    private bool _isDowntimeCounted;

    public RetentionMarks(Database database, string samples, TimeSpan keep, SettledClock clock)
    {
        (_clock, _keepMs) = (clock, (long)keep.TotalMilliseconds);
        _add = database.Prepare($"""
            INSERT INTO {SqliteSchema.Retention} (name, row, age_ms, time, is_right) VALUES (?1, ?2, ?3, ?4, ?5)
              ON CONFLICT (name, row) DO UPDATE SET time = excluded.time, is_right = excluded.is_right
            """);
        _forget = database.Prepare($"DELETE FROM {SqliteSchema.Retention} WHERE name = ?1 AND row > ?2");
        _findOld = database.Prepare($"SELECT max(row) FROM {SqliteSchema.Retention} WHERE name = ?1 AND age_ms < ?2");
        _deleteOld = database.Prepare($"DELETE FROM {SqliteSchema.Retention} WHERE name = ?1 AND row < ?2");

        // A file of an earlier version has no marks; its last rows stand in for them.
        using var last = database.Prepare($"""
            SELECT (SELECT count(*) FROM {SqliteSchema.Retention}), (SELECT max(age_ms) FROM {SqliteSchema.Retention}), coalesce(
              (SELECT max(time) FROM {SqliteSchema.Retention} WHERE is_right),
              (SELECT time FROM "{samples}" ORDER BY rowid DESC LIMIT 1),
              (SELECT time FROM {SqliteSchema.Records} ORDER BY rowid DESC LIMIT 1))
            """);
        last.Step();
        var time = last.Text(2);
        (_isNew, _startMs) = (last.Long(0) == 0 && time.Length == 0, last.Long(1));
        if (DateTime.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var known)) _lastTime = known;
    }

    /// <summary>The settled time; only called while there is one.</summary>
    public DateTime Now => _clock.UtcNow!.Value;

    private long AgeMs => _startMs + (long)_clock.Elapsed.TotalMilliseconds;

    /// <summary>Returns the condition that a row of a table was inserted while the wall clock was not settled.</summary>
    public static string IsWrongSql(string table) => $"""
        coalesce((SELECT NOT is_right FROM {SqliteSchema.Retention} AS m
          WHERE m.name = '{table}' AND m.row < "{table}".rowid ORDER BY m.row DESC LIMIT 1), 0)
        """;

    /// <summary>
    /// True if the wall clock is confirmed by the last mark: it is at most a tenth of the time that rows are kept later. A file without
    /// marks has nothing that could be deleted too early by the sink.
    /// </summary>
    public bool IsConfirmed()
    {
        if (_isNew) return true;
        var since = _clock.WallNow - _lastTime;
        return since >= TimeSpan.FromHours(-1) && since <= TimeSpan.FromMilliseconds(_keepMs / 10.0);
    }

    /// <summary>Notes the rows that a table had before the rows of this batch, at least every hour and whenever the clock is set.</summary>
    public void Add(string table, long row)
    {
        CountDowntime();
        var age = AgeMs;
        var isRight = _clock.IsInStep;
        var interval = Math.Min(MaxIntervalMs, _keepMs / 64);
        if (_latest.TryGetValue(table, out var latest) && latest.IsRight == isRight && age - latest.AgeMs < interval) return;
        _latest[table] = (age, isRight);
        _add.BindText(1, _text.Encode(table));
        _add.Bind(2, row);
        _add.Bind(3, age);
        if (_clock.UtcNow is { } now) _add.BindText(4, _text.Encode(now));
        else _add.BindNull(4);
        _add.Bind(5, isRight ? 1 : 0);
        _add.Step();
    }

    /// <summary>Returns the last row that is in the table for longer than rows are kept; 0 if there is none.</summary>
    public long FindOld(string table)
    {
        _findOld.BindText(1, _text.Encode(table));
        _findOld.Bind(2, AgeMs - _keepMs);
        _findOld.Step();
        var row = _findOld.Long(0);
        _findOld.Reset();
        if (row == 0) return 0;
        _deleteOld.BindText(1, _text.Encode(table));
        _deleteOld.Bind(2, row);
        _deleteOld.Step();
        return row;
    }

    /// <summary>Deletes the marks behind the last row of a table.</summary>
    public void Forget(string table, long last)
    {
        _latest.Remove(table);
        _forget.BindText(1, _text.Encode(table));
        _forget.Bind(2, last);
        _forget.Step();
    }

    public void Dispose()
    {
        _forget.Dispose();
        _add.Dispose();
        _findOld.Dispose();
        _deleteOld.Dispose();
    }

    private void CountDowntime()
    {
        if (_isDowntimeCounted || _clock.UtcNow is not { } now) return;
        _isDowntimeCounted = true;
        var downtime = (now - _clock.Elapsed - _lastTime)?.TotalMilliseconds ?? 0;
        _startMs += (long)Math.Clamp(downtime, 0, _keepMs / 10.0);
    }
}
