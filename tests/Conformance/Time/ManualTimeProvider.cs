namespace PlantRuntime.Conformance.Time;

/// <summary>
/// A clock that stands still until it is told to go on. <see cref="Advance"/> fires the timers that fall due on the way, in the order of
/// their due times (those of one moment in the order in which they were set), each at its own moment, on the calling thread. A timer
/// that is due at once fires on the thread pool without waiting for an advance, as on a real clock. Safe to use from several threads.
/// </summary>
/// <param name="start">What the wall clock shows at first; the start of 2026 in UTC when not given.</param>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _armed = new(ManualTimer.ByDue);
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private DateTimeOffset _wallStart = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _elapsed;
    private long _lastOrder;

    /// <summary>Ticks of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that wait to fire.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate) return _armed.Count;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _elapsed);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _wallStart.AddTicks(_elapsed);
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="by">How much; zero is allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">Time does not go back; the wall clock can: <see cref="StepWallClock"/>.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end;
        lock (_gate) end = _elapsed + by.Ticks;
        while (TakeNext(end) is { } timer) timer.Fire();
        lock (_gate) _elapsed = Math.Max(_elapsed, end);
    }

    /// <summary>Advances to the next timer and fires it, with all others of that moment. False when none is armed.</summary>
    public bool AdvanceToNextTimer()
    {
        TimeSpan by;
        lock (_gate)
        {
            if (_armed.Min is not { } next) return false;
            by = TimeSpan.FromTicks(Math.Max(0, next.Due - _elapsed));
        }

        Advance(by);
        return true;
    }

    /// <summary>Sets the wall clock forward or back, as an operator or NTP does. Timers and timestamps do not notice.</summary>
    public void StepWallClock(TimeSpan by)
    {
        lock (_gate) _wallStart += by;
    }

    /// <summary>
    /// Completes as soon as at least <paramref name="count"/> timers are armed: a test awaits it to know that the code under test has come
    /// to its wait, and only then advances.
    /// </summary>
    public Task WhenArmedAsync(int count = 1)
    {
        lock (_gate)
        {
            if (_armed.Count >= count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Arms, arms anew or disarms a timer. False when it is disposed.</summary>
    /// <param name="timer">The timer.</param>
    /// <param name="dueIn">Time until it fires, or null to disarm it.</param>
    /// <param name="period">Time between its later firings, or null for none.</param>
    internal bool Set(ManualTimer timer, TimeSpan? dueIn, TimeSpan? period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed) return false;
            _armed.Remove(timer);
            timer.Period = period;
            if (dueIn is { } wait && wait > TimeSpan.Zero) Arm(timer, wait);
            if (dueIn != TimeSpan.Zero) return true;
            if (period is { } again) Arm(timer, again);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static t => t.Fire(), timer, preferLocal: false);
        return true;
    }

    internal void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            timer.IsDisposed = true;
        }
    }

    private ManualTimer? TakeNext(long end)
    {
        lock (_gate)
        {
            if (_armed.Min is not { } next || next.Due > end) return null;
            _armed.Remove(next);
            _elapsed = Math.Max(_elapsed, next.Due);
            if (next.Period is { } period) Arm(next, period);
            return next;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan wait)
    {
        // Far away is far enough: a wait of TimeSpan.MaxValue must not overflow into the past.
        timer.Due = wait.Ticks > long.MaxValue - _elapsed ? long.MaxValue : _elapsed + wait.Ticks;
        timer.Order = ++_lastOrder;
        _armed.Add(timer);
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_armed.Count < _waiters[i].Count) continue;
            _waiters[i].Reached.SetResult();
            _waiters.RemoveAt(i);
        }
    }
}
