namespace PlantRuntime.Storage;

/// <summary>
/// Reads the wall clock for decisions that delete, expire or close something. A reading counts only after the clock has gone on with the
/// monotonic clock for a time, without a step; so a clock that is wrong for a while decides nothing. Readings before 2024 never count: a
/// gateway without a battery clock starts in 1970. Owned by one caller; not thread-safe; allocates nothing.
/// </summary>
/// <param name="time">The clocks.</param>
/// <param name="settle">Time without a step after which readings count.</param>
public sealed class SettledClock(TimeProvider time, TimeSpan settle)
{
    // More than NTP slews between two readings, less than any difference that matters for days.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(1);
    private static readonly DateTime s_earliest = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly long _started = time.GetTimestamp();
    private DateTime? _candidate;
    private DateTime? _accepted;
    private TimeSpan _since;

    /// <summary>The settled wall clock in UTC, continued by the monotonic clock through steps; null before it has settled.</summary>
    public DateTime? UtcNow => _accepted + Elapsed;

    /// <summary>The wall clock of the last reading, in UTC, continued by the monotonic clock; null before the first.</summary>
    public DateTime? WallNow => _candidate + Elapsed;

    /// <summary>Monotonic time since the object was created.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>True if the wall clock shows the settled time, and not a step that has not settled yet.</summary>
    public bool IsInStep { get; private set; }

    /// <summary>The earlier of the settled time and the wall clock: what is old by it is old by both. Null before it has settled.</summary>
    public DateTime? Earliest => _accepted is not { } accepted ? null
        : (_candidate < accepted ? _candidate.Value : accepted) + Elapsed;

    /// <summary>Reads both clocks.</summary>
    public void Read()
    {
        var elapsed = Elapsed;
        var wall = time.GetUtcNow().UtcDateTime;

        // The wall clock at the creation of the object, by this reading: constant while the clock is not set.
        var origin = wall.Ticks > elapsed.Ticks ? wall - elapsed : DateTime.MinValue;
        if (_candidate is not { } before || (origin - before).Duration() > s_tolerance) _since = elapsed;
        _candidate = origin;
        if (_accepted is { } accepted && (origin - accepted).Duration() <= s_tolerance) _accepted = origin;
        else if (wall >= s_earliest && elapsed - _since >= settle) _accepted = origin;
        IsInStep = _accepted == origin;
    }

    /// <summary>Accepts the last reading at once, because another source confirms it.</summary>
    public void Accept()
    {
        if (_candidate is not { } candidate || candidate + Elapsed < s_earliest) return;
        (_accepted, IsInStep) = (candidate, true);
    }
}
