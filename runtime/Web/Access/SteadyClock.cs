namespace PlantRuntime.Web.Access;

/// <summary>
/// A clock whose time of day starts with the wall clock and goes on with the monotonic clock, so that a step of the wall clock neither ends
/// sessions nor makes them last longer. Immutable; any thread.
/// </summary>
/// <param name="time">The clocks.</param>
internal sealed class SteadyClock(TimeProvider time) : TimeProvider
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _start + time.GetElapsedTime(_timestamp);

    public override long GetTimestamp() => time.GetTimestamp();
}
