namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// How old the queue is: what runs, goes with the monotonic clock, so that no step of the wall clock expires anything. The time between two
/// runs is taken from the wall clock where that went forward; a gateway that wakes in 1970 has slept for no time.
/// </summary>
internal sealed class AgeClock(TimeProvider time, TimeSpan age, DateTime wall)
{
    private readonly long _started = time.GetTimestamp();
    private readonly TimeSpan _age = age + Slept(time.GetUtcNow().UtcDateTime, wall);

    public (TimeSpan Age, DateTime Wall) Now => (_age + time.GetElapsedTime(_started), time.GetUtcNow().UtcDateTime);

    private static TimeSpan Slept(DateTime now, DateTime wall) => wall == default || now < wall ? TimeSpan.Zero : now - wall;
}
