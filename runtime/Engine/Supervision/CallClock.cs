namespace PlantRuntime.Engine.Supervision;

/// <summary>Measures how long a call has been running. The caller starts and ends it, one call at a time; any thread reads it.</summary>
internal sealed class CallClock(TimeProvider time)
{
    private const long NoCall = long.MinValue;
    private long _started = NoCall;

    /// <summary>Duration of the running call; zero when none is running.</summary>
    public TimeSpan Elapsed => Interlocked.Read(ref _started) is var started and not NoCall ? time.GetElapsedTime(started) : TimeSpan.Zero;

    public void Start() => Interlocked.Exchange(ref _started, time.GetTimestamp());

    public void End() => Interlocked.Exchange(ref _started, NoCall);
}
