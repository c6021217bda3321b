namespace PlantRuntime.Host.Status;

/// <summary>Lets a few lines of one kind in an interval through and says how many it held back.</summary>
internal sealed class LogLimit(TimeProvider time, TimeSpan interval, int burst = 1)
{
    private readonly Lock _gate = new();
    private long? _started;
    private int _count;
    private int _held;

    /// <summary>True when a line may be written now; <paramref name="held"/> is how many were not since the last one.</summary>
    public bool May(out int held)
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
