namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>Wakes the queue's thread: when there is something to do, or when a time has come.</summary>
internal sealed class QueueSignal : IDisposable
{
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly ITimer _timer;
    private bool _isSignalled;
    private bool _isStopping;

    public QueueSignal(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static signal => ((QueueSignal)signal!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Wake()
    {
        lock (_gate)
        {
            _isSignalled = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Ends all waiting.</summary>
    public void Stop()
    {
        lock (_gate) _isStopping = true;
        Wake();
    }

    /// <summary>Waits to be woken, or until <paramref name="due"/> on the monotonic clock.</summary>
    /// <returns>False when it is to end.</returns>
    public bool Wait(Func<long> due)
    {
        lock (_gate)
        {
            while (!_isSignalled && !_isStopping)
            {
                var wait = due() - _time.GetTimestamp();
                if (wait <= 0) break;
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait * 1000.0 / _time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
                Monitor.Wait(_gate);
            }

            _isSignalled = false;
            return !_isStopping;
        }
    }

    public void Dispose() => _timer.Dispose();
}
