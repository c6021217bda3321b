namespace PlantRuntime.Host.Time;

/// <summary>How long a call into somebody else's code has been under way; read by those who watch over it.</summary>
internal sealed class CallClock(TimeProvider time)
{
    private const long NoCall = long.MinValue;
    private long _started = NoCall;

    /// <summary>Zero when no call is under way.</summary>
    public TimeSpan Elapsed => Interlocked.Read(ref _started) is var started and not NoCall ? time.GetElapsedTime(started) : TimeSpan.Zero;

    public void Start() => Interlocked.Exchange(ref _started, time.GetTimestamp());

    public void End() => Interlocked.Exchange(ref _started, NoCall);
}
