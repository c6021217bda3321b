using System.Runtime.InteropServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Rows;

/// <summary>
/// Up to which row everything is stored, and which rows near that are known. The position rises only when the host acknowledges the scans
/// of rows; a new connection reads from it again, less the overlap, and known rows are skipped. <see cref="PostgresDriver"/> owns it; it
/// outlives connections. Rows are added within ReadAsync; the host may acknowledge scans meanwhile on another thread. Thread-safe: it locks
/// internally. File I/O is in <see cref="SaveWhenDue"/>, <see cref="Save"/> and <see cref="Load"/>, which the reader's thread calls.
/// </summary>
/// <param name="options">Overlap and replay.</param>
/// <param name="file">The saved position.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives a warning if too many rows are within the overlap.</param>
internal sealed class RowPosition(PostgresTableOptions options, PositionFile file, TimeProvider time, IPluginLog log)
{
    /// <summary>Bounds memory and file: 24 bytes for each row in the file, about 70 in memory.</summary>
    private const int MaxRows = 100_000;

    // A row whose time is later by more does not move the position: the rows between would be missed.
    private static readonly TimeSpan s_mostAhead = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_checkpointEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    // Stored rows in the order of their acknowledgements, of which the first has the number _dropped.
    private readonly Queue<StoredRow> _stored = new();
    // Rows whose scans the host has, in order.
    private readonly Queue<StoredRow> _delivered = new();
    private readonly HashSet<UInt128> _known = [];
    private readonly Queue<Checkpoint> _checkpoints = new();
    private long _dropped;
    private long _acknowledged;
    private DateTime? _position;
    private DateTime? _floor;
    private Checkpoint _last;
    private Checkpoint _settled;
    private Checkpoint _saved = new(-1, -1, null);
    private long _savedAt;
    private bool _isFullLogged;

    /// <summary>False before the device has started for the first time.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Time of the last stored row in UTC; null before the first.</summary>
    public DateTime? Time
    {
        get { lock (_gate) return _position; }
    }

    /// <summary>The time at which rows have to be read, in UTC, null for all of them; and whether those of that time are known.</summary>
    public (DateTime? From, bool IsAfter) Start
    {
        get
        {
            lock (_gate)
            {
                var from = StartOf(_position);
                return _floor is { } floor && !(from > floor) ? (floor, true) : (from, false);
            }
        }
    }

    /// <summary>Loads the saved position, once.</summary>
    public void Load()
    {
        if (IsKnown || file.Read() is not { } saved) return;
        foreach (var row in saved.Rows) _known.Add(row.Key);
        lock (_gate)
        {
            foreach (var row in saved.Rows) _stored.Enqueue(new StoredRow(row.Key, row.Time));
            Begin(saved.Time, saved.Floor);
            _saved = _settled;
        }
    }

    /// <summary>Begins for the first time.</summary>
    /// <param name="floor">Time of the last row that is never wanted, in UTC; null to read all rows.</param>
    public void Seed(DateTime? floor)
    {
        lock (_gate) Begin(floor, floor);
        Save();
    }

    /// <summary>Forgets rows that were delivered and not acknowledged on the last connection: they are read again.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            foreach (var row in _delivered) _known.Remove(row.Key);
            _delivered.Clear();
            _acknowledged = 0;
        }
    }

    /// <summary>Adds the next scan that the host gets.</summary>
    /// <param name="key">The key of the row.</param>
    /// <param name="at">Time of the row in UTC; null if it has none that counts.</param>
    /// <param name="now">Time of the server in UTC.</param>
    /// <returns>False for a row that is known and must not be delivered again.</returns>
    public bool TryAdd(UInt128 key, DateTime? at, DateTime now)
    {
        lock (_gate)
        {
            if (!_known.Add(key)) return false;
            _delivered.Enqueue(new StoredRow(key, at is { } own && own <= now + s_mostAhead ? own : default));
            return true;
        }
    }

    /// <summary>Notes that the first scans since <see cref="Resume"/> are durably stored. Any thread.</summary>
    public void Acknowledge(long scans)
    {
        lock (_gate)
        {
            for (; _acknowledged < scans && _delivered.TryDequeue(out var row); _acknowledged++)
            {
                _stored.Enqueue(row);
                if (row.Time > (_position ?? default)) _position = row.Time;
            }

            Trim();
        }
    }

    /// <summary>Saves the position that a restart after a kill begins with, at most every 5 s. Called by the reader.</summary>
    public void SaveWhenDue()
    {
        SavedPosition? due = null;
        lock (_gate)
        {
            if (!IsKnown) return;
            var now = time.GetTimestamp();
            var end = _dropped + _stored.Count;
            if (end != _last.End && time.GetElapsedTime(_last.At, now) >= s_checkpointEvery)
                _checkpoints.Enqueue(_last = new Checkpoint(now, end, _position));
            while (_checkpoints.TryPeek(out var next) && time.GetElapsedTime(next.At, now) >= options.Replay)
                _settled = _checkpoints.Dequeue();
            if (_settled.End == _saved.End || time.GetElapsedTime(_savedAt, now) < s_saveEvery) return;
            _savedAt = now;
            due = Describe(_settled);
        }

        if (file.TryWrite(due)) _saved = _settled;
    }

    /// <summary>Saves the position as it is. Called at an orderly end, after which nothing has to be replayed.</summary>
    public void Save()
    {
        SavedPosition now;
        Checkpoint current;
        lock (_gate)
        {
            current = new Checkpoint(time.GetTimestamp(), _dropped + _stored.Count, _position);
            if (!IsKnown || current.End == _saved.End) return;
            now = Describe(current);
        }

        if (file.TryWrite(now)) _saved = current;
    }

    private void Begin(DateTime? position, DateTime? floor)
    {
        IsKnown = true;
        (_position, _floor) = (position, floor);
        _settled = _last = new Checkpoint(time.GetTimestamp(), _dropped + _stored.Count, position);
    }

    private DateTime? StartOf(DateTime? position) =>
        position is not { } at ? null : at.Ticks > options.Overlap.Ticks ? at - options.Overlap : DateTime.UnixEpoch;

    private SavedPosition Describe(Checkpoint at)
    {
        var from = StartOf(at.Position);
        return new SavedPosition(
            at.Position, _floor, [.. _stored.Take((int)(at.End - _dropped)).Where(r => !(r.Time < from)).Select(r => (r.Key, r.Time))]);
    }

    /// <summary>Drops rows that no read from the settled position meets again.</summary>
    private void Trim()
    {
        var from = StartOf(_settled.Position) ?? default;
        while (_stored.TryPeek(out var oldest) && (_stored.Count > MaxRows || (oldest.Time < from && _dropped < _settled.End)))
        {
            if (_stored.Count > MaxRows && !_isFullLogged)
            {
                _isFullLogged = true;
                log.Warn($"more than {MaxRows} rows came within overlap and replay: after a lost connection some are delivered twice");
            }

            _known.Remove(_stored.Dequeue().Key);
            _dropped++;
        }
    }

    /// <summary>A row whose scan was delivered.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct StoredRow(UInt128 Key, DateTime Time);

    /// <summary>The position at a moment.</summary>
    /// <param name="At">Timestamp of the clock.</param>
    /// <param name="End">Number of rows that were stored by then.</param>
    /// <param name="Position">The position then.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Checkpoint(long At, long End, DateTime? Position);
}
