namespace PlantRuntime.Logging;

/// <summary>
/// Limits lines of one kind to <c>burst</c> in an interval, and counts those suppressed. Owned by the code that logs the lines; any thread;
/// locks internally. Writes no line itself.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="interval">The interval, which begins with the first line after the last interval.</param>
/// <param name="burst">The number of lines allowed in an interval.</param>
public sealed class LogLimit(TimeProvider time, TimeSpan interval, int burst = 1)
{
    private readonly Lock _gate = new();
    private long? _started;
    private int _count;
    private int _held;

    /// <summary>
    /// True if a line may be written now; <paramref name="held"/> is the number suppressed since the last line that was allowed.
    /// </summary>
    public bool TryAcquire(out int held)
    {
        lock (_gate)
        {
            held = 0;
            if (_started is not { } started || time.GetElapsedTime(started) >= interval) (_started, _count) = (time.GetTimestamp(), 0);
            if (_count++ >= burst)
            {
                _held++;
                return false;
            }

            (held, _held) = (_held, 0);
            return true;
        }
    }
}
