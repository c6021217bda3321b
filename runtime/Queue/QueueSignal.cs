namespace PlantRuntime.Queue;

/// <summary>
/// Lets the queue thread wait until it is woken or a time is reached. Owned by one <see cref="DiskQueue"/>. The queue thread calls
/// <see cref="Wait"/>; any thread calls <see cref="Wake"/>; locks internally. Uses the injected clock, so that tests need no real time.
/// </summary>
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

    /// <summary>Wakes the queue thread, or makes its next wait return at once.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isSignalled = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Makes <see cref="Wait"/> return false from now on.</summary>
    public void Stop()
    {
        lock (_gate) _isStopping = true;
        Wake();
    }

    /// <summary>
    /// Blocks until woken, or until the timestamp that <paramref name="due"/> returns when the wait begins.
    /// </summary>
    /// <returns>False after <see cref="Stop"/>.</returns>
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
