using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Summarizes the rows of one tag over a read-only connection of its own, so that any thread can read while the sink writes. It reads in
/// slices of at most 20 ms, each a transaction of its own: a commit of the sink waits for one slice, and SQLite lets no new slice begin
/// before that commit. Created for one request; used by one thread.
/// </summary>
internal sealed class SampleReader
{
    /// <summary>Rows that a request reads at most, apart from those that it reads evenly spread.</summary>
    private const int MaxRows = 1_000_000;

    /// <summary>Number of further rows of a bucket that has more than its share of <see cref="MaxRows"/>.</summary>
    private const int SpreadRows = 20;
    private const int SliceRows = 2000;
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(20);
    private readonly SampleQuery _query;
    private readonly TimeProvider _time;
    private readonly SampleBucket[] _buckets;
    private readonly long _started;
    private readonly Utf8Buffer _text = new();
    private int _current = -1;
    private int _inCurrent;
    private bool _isThinned;

    private SampleReader(SampleQuery query, TimeProvider time)
    {
        (_query, _time, _started) = (query, time, time.GetTimestamp());
        _buckets = new SampleBucket[Math.Clamp(query.Buckets, 0, SampleQuery.MaxBuckets)];
    }

    /// <summary>Reads the samples of a tag. A file or table that does not exist yet has none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="table">The table of samples.</param>
    /// <param name="site">The site, because several may share a file.</param>
    /// <param name="busy">Longest wait for another program's lock.</param>
    /// <param name="query">The request.</param>
    /// <param name="time">The clock of the slices.</param>
    /// <param name="cancel">Ends reading after the current slice.</param>
    /// <exception cref="DatabaseException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> is set.</exception>
    public static SampleSeries Read(
        string path, string table, string site, TimeSpan busy, SampleQuery query, TimeProvider time, CancellationToken cancel)
    {
        if (!File.Exists(path)) return new SampleSeries([], null);
        using var database = Database.OpenReadOnly(path, busy);
        if (!SqliteSchema.HasSamples(database, table)) return new SampleSeries([], null);
        return new SampleReader(query, time).Read(database, table, site, cancel);
    }

    private SampleSeries Read(Database database, string table, string site, CancellationToken cancel)
    {
        var oldest = Oldest(database, table, site);
        if (oldest is null || _buckets.Length == 0) return new SampleSeries([], oldest);

        // 0: a number, 1: something else that is good, 2: bad.
        using var rows = database.Prepare($"""
            SELECT rowid, time, unixepoch(time, 'subsec'), value,
                CASE WHEN quality <> 'GOOD' THEN 2 WHEN typeof(value) IN ('integer', 'real') THEN 0 ELSE 1 END
              FROM "{table}"
              WHERE device = ?1 AND tag = ?2 AND time >= ?3 AND time <= ?4 AND (time < ?4 OR rowid < ?5) AND site = ?6
              ORDER BY time DESC, rowid DESC LIMIT ?7
            """);
        rows.BindText(1, _text.Encode(_query.Device));
        rows.BindText(2, _text.Encode(_query.Tag));
        rows.BindText(3, _text.Encode(_query.From));
        rows.BindText(6, _text.Encode(site));
        var (next, isComplete) = (new Position(_query.From + (_query.Length * _buckets.Length), 0), true);
        for (Position? position = next; position is { } before; position = ReadSlice(rows, before))
        {
            cancel.ThrowIfCancellationRequested();
            isComplete = _time.GetElapsedTime(_started) < _query.Patience;
            if (!isComplete) break;
        }

        return new SampleSeries([.. _buckets.Where(b => b.Start != default)], oldest) { IsComplete = isComplete, IsThinned = _isThinned };
    }

    /// <summary>Reads the rows before a position; returns the position of the next slice, null at the end of the range.</summary>
    private Position? ReadSlice(Statement rows, Position before)
    {
        // A bucket with too many rows is continued with single rows.
        var most = IsCrowded ? 1 : SliceRows;
        rows.BindText(4, _text.Encode(before.Time));
        rows.Bind(5, before.Row);
        rows.Bind(7, most);
        var begun = _time.GetTimestamp();
        for (var count = 1; rows.Step(); count++)
        {
            var time = DateTime.UnixEpoch.AddMilliseconds(Math.Round(rows.Double(2) * 1000));
            Apply(time, rows.Double(3), rows.Long(4));
            if (count < most && !IsCrowded && _time.GetElapsedTime(begun) < s_slice) continue;
            var row = rows.Long(0);
            rows.Reset();
            return IsCrowded ? Skip(time) : new Position(time, row);
        }

        return null;
    }

    private bool IsCrowded => _inCurrent >= Math.Max(SpreadRows, MaxRows / _buckets.Length);

    /// <summary>Returns the position of the next row of a crowded bucket: a step earlier, or the end of the bucket before.</summary>
    private Position Skip(DateTime last)
    {
        _isThinned = true;
        var step = TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(_query.Length.TotalMilliseconds / SpreadRows)));
        var start = _query.From + (_query.Length * _current);
        if (last - step >= start) return new Position(last - step, long.MaxValue);
        _inCurrent = 0;
        return new Position(start, 0);
    }

    /// <summary>Adds a row; rows come newest first.</summary>
    private void Apply(DateTime time, double value, long kind)
    {
        var index = (int)Math.Clamp((time - _query.From).Ticks / _query.Length.Ticks, 0, _buckets.Length - 1);
        if (index != _current) (_current, _inCurrent) = (index, 0);
        _inCurrent++;
        if (kind == 1) return;
        ref var bucket = ref _buckets[index];
        if (kind == 2) value = double.NaN;
        if (bucket.Start == default) bucket = new SampleBucket(_query.From + (_query.Length * index), value, value, value);
        else if (double.IsNaN(bucket.Min)) bucket = bucket with { Min = value, Max = value };
        else if (!double.IsNaN(value)) bucket = bucket with { Min = Math.Min(bucket.Min, value), Max = Math.Max(bucket.Max, value) };
    }

    private DateTime? Oldest(Database database, string table, string site)
    {
        using var row = database.Prepare($"""
            SELECT time FROM "{table}" WHERE device = ?1 AND tag = ?2 AND time >= '{TableRetention.Earliest}' AND site = ?3
              ORDER BY time LIMIT 1
            """);
        row.BindText(1, _text.Encode(_query.Device));
        row.BindText(2, _text.Encode(_query.Tag));
        row.BindText(3, _text.Encode(site));
        return row.Step() && DateTime.TryParse(row.Text(0), CultureInfo.InvariantCulture,
            DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }

    /// <summary>Rows before a time, and those of the same time with a lesser number.</summary>
    private readonly record struct Position(DateTime Time, long Row);
}
