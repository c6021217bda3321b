namespace PlantRuntime.Testing.Running;

/// <summary>
/// A clock that advances only when the simulation sets it; in ticks of 100 ns, from 2026-01-01 UTC. Each test has its own, which is set
/// only on the test's thread. Not thread-safe.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public DateTime UtcNow => (_start + TimeSpan.FromTicks(_elapsed)).UtcDateTime;

    public override long GetTimestamp() => _elapsed;

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(_elapsed);

    /// <summary>Throws, because a timer would run in real time. The simulation calls everything that is due.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("the virtual time of a test has no timers: a timer would run in real time");

    /// <summary>Advances to a timestamp; never moves back.</summary>
    public void MoveTo(long timestamp) => _elapsed = Math.Max(_elapsed, timestamp);

    /// <summary>Sets the wall clock without a change of the timestamps.</summary>
    public void SetWallClock(DateTime utc) => _start = new DateTimeOffset(utc, TimeSpan.Zero) - TimeSpan.FromTicks(_elapsed);
}
