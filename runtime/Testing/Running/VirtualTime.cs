namespace PlantRuntime.Testing.Running;

/// <summary>A clock that stands still until the simulation moves it on; in ticks of 100 ns.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public DateTime UtcNow => (_start + TimeSpan.FromTicks(_elapsed)).UtcDateTime;

    public override long GetTimestamp() => _elapsed;

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(_elapsed);

    /// <summary>Moves on to a timestamp; never back.</summary>
    public void MoveTo(long timestamp) => _elapsed = Math.Max(_elapsed, timestamp);

    /// <summary>Sets the wall clock; timestamps do not notice.</summary>
    public void SetWallClock(DateTime utc) => _start = new DateTimeOffset(utc, TimeSpan.Zero) - TimeSpan.FromTicks(_elapsed);
}
