using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Rows;

namespace PlantRuntime.Plugins.Postgres.Listen;

/// <summary>
/// Until when notifications were surely received and stored, and thus the gap that a lost connection leaves. Used without
/// <c>catch_up</c>; the time survives restarts. <see cref="PostgresDriver"/> owns it. Scans are added within ReadAsync; the host may
/// acknowledge scans meanwhile on another thread. Thread-safe: it locks internally.
/// </summary>
internal sealed class Reception(PositionFile file, TimeProvider time)
{
    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(5);

    // A diagnosis connects for a few seconds beside the host, or in its place, and stores nothing: it must not hide a gap.
    private static readonly TimeSpan s_diagnosis = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    // Times at which the notifications of scans came that are not stored yet.
    private readonly Queue<DateTime> _unstored = new();
    private long _acknowledged;
    private DateTime? _alive;
    private DateTime? _saved;
    private long _savedAt;
    private long? _startedAt;
    private bool _isStoring;

    /// <summary>Begins a connection that listens now, and returns the gap before it; null for the first start.</summary>
    public Gap? Begin()
    {
        var now = Now();
        _startedAt ??= time.GetTimestamp();
        lock (_gate)
        {
            _alive ??= _saved = file.Read()?.Time;
            var gap = _alive is { } from ? new Gap(from <= now ? from : now, now) : null;
            _unstored.Clear();
            _acknowledged = 0;
            _alive = now;
            return gap;
        }
    }

    /// <summary>Adds the next scan that the host gets.</summary>
    /// <param name="gap">The gap that the scan reports: until it is stored, a restart reports it again. Null for a notification.</param>
    public void AddScan(Gap? gap = null)
    {
        var now = Now();
        lock (_gate)
        {
            _unstored.Enqueue(gap?.From ?? now);
            _alive = now;
        }
    }

    /// <summary>Notes that the connection works.</summary>
    public void SetAlive()
    {
        var now = Now();
        lock (_gate) _alive = now;
    }

    /// <summary>Notes that the first scans of this connection are durably stored. Any thread.</summary>
    public void Acknowledge(long scans)
    {
        lock (_gate)
        {
            _isStoring = true;
            for (; _acknowledged < scans && _unstored.TryDequeue(out _); _acknowledged++)
            {
            }
        }
    }

    /// <summary>Saves the time, at most every 5 s.</summary>
    public void SaveWhenDue()
    {
        if (time.GetElapsedTime(_savedAt) >= s_saveEvery) Save();
    }

    /// <summary>Saves the time up to which everything is stored.</summary>
    public void Save()
    {
        DateTime? until;
        lock (_gate)
        {
            var isHost = _isStoring || (_startedAt is { } started && time.GetElapsedTime(started) >= s_diagnosis);
            until = !isHost ? null : _unstored.TryPeek(out var oldest) ? oldest : _alive;
        }

        if (until is null || until == _saved) return;
        _savedAt = time.GetTimestamp();
        if (file.TryWrite(new SavedPosition(until, null, []))) _saved = until;
    }

    private DateTime Now() => time.GetUtcNow().UtcDateTime;
}

/// <summary>A time without a connection, in UTC. Immutable.</summary>
internal sealed record Gap(DateTime From, DateTime To)
{
    /// <inheritdoc/>
    public override string ToString() => $"GAP from {From:yyyy-MM-ddTHH:mm:ss.fffZ} to {To:yyyy-MM-ddTHH:mm:ss.fffZ}";
}
