using PlantRuntime.Contracts;

namespace PlantRuntime.Engine;

/// <summary>
/// The clock of the system, whose timers are all kept by one thread, which wakes only when one is due. The timers of the framework wake
/// a thread of their own and one of the pool three times a second for each of their queues as long as any timer is due later than a third
/// of a second. Timers due within <see cref="Tolerance"/> end together. One per process, created by the command; any thread.
/// </summary>
/// <remarks>A timer is kept until it is disposed, also when nothing else refers to it.</remarks>
internal sealed class HostTime : TimeProvider
{
    /// <summary>Longest time by which a timer ends too late so that two can end together.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);
    private readonly object _gate = new();
    private readonly TimerHeap _timers = new();
    private Thread? _thread;

    // Timestamp at which the thread wakes; long.MaxValue while it waits for a first timer, long.MinValue while it is awake.
    private long _wakesAt = long.MinValue;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        CheckTime(dueTime, nameof(dueTime));
        CheckTime(period, nameof(period));
        var timer = new HostTimer(this, callback, state, ExecutionContext.Capture());
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Makes a timer due at a timestamp; null takes it out.</summary>
    /// <returns>False if it was disposed.</returns>
    internal bool Set(HostTimer timer, long? due, long period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed) return false;
            timer.Period = period;
            if (due is not { } at)
            {
                _timers.Remove(timer);
                return true;
            }

            _timers.Put(timer, at);
            if (_thread is null) StartThread();
            else if (at < _wakesAt) Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Takes a timer out for good.</summary>
    internal void Remove(HostTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _timers.Remove(timer);
        }
    }

    internal static void CheckTime(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time.TotalMilliseconds > uint.MaxValue - 1))
            throw new ArgumentOutOfRangeException(name, time, "a timer takes 0 ms to 4,294,967,294 ms, or -1 ms for never");
    }

    private void StartThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "timers" };
        _thread.UnsafeStart();
    }

    private void Run()
    {
        lock (_gate)
        {
            while (true)
            {
                var now = GetTimestamp();
                while (_timers.First is { } timer && timer.Due - now <= this.Ticks(Tolerance / 2)) End(timer, now);
                _wakesAt = _timers.First?.Due ?? long.MaxValue;
                if (_wakesAt == long.MaxValue) Monitor.Wait(_gate);
                else Monitor.Wait(_gate, Min(GetElapsedTime(now, _wakesAt) + (Tolerance / 2), s_longestWait));
                _wakesAt = long.MinValue;
            }
        }
    }

    // Called under the lock.
    private void End(HostTimer timer, long now)
    {
        if (timer.Period == 0) _timers.Remove(timer);
        else _timers.Put(timer, Math.Max(timer.Due + timer.Period, now));
        timer.BeginCall();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
