using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Waits for the due times of one or more fixed-rate schedules. Used by device scans (one schedule per poll rate), mirrors and block scans.
/// Owned by one loop, which has at most one wait at a time; <see cref="Wake"/> and <see cref="Stop"/> may be called by any thread.
/// Allocates nothing per tick.
/// </summary>
internal sealed class FixedRateLoop : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Alarm _alarm;
    private volatile bool _isStopped;

    public FixedRateLoop(TimeProvider time, params IReadOnlyList<TimeSpan> periods)
    {
        _time = time;
        _alarm = new Alarm(time);
        Schedules = [.. periods.Select(period => new FixedRateSchedule(Math.Max(1, time.Ticks(period))))];
    }

    public IReadOnlyList<FixedRateSchedule> Schedules { get; }

    public bool IsStopped => _isStopped;

    /// <summary>Index of the schedule that is due first; -1 without schedules.</summary>
    public int Next
    {
        get
        {
            var next = -1;
            for (var i = 0; i < Schedules.Count; i++)
            {
                if (next < 0 || Schedules[i].Due < Schedules[next].Due) next = i;
            }

            return next;
        }
    }

    /// <summary>True if a schedule is due now.</summary>
    public bool IsDue => Next is >= 0 and var next && _time.GetTimestamp() >= Schedules[next].Due;

    /// <summary>Makes all schedules due now.</summary>
    public void Start()
    {
        var now = _time.GetTimestamp();
        foreach (var schedule in Schedules) schedule.Start(now);
    }

    /// <summary>Waits until a schedule is due, or the loop is woken or stopped.</summary>
    public ValueTask WaitAsync() => _alarm.WaitUntilAsync(Next is >= 0 and var next ? Schedules[next].Due : long.MaxValue);

    /// <summary>Waits for a time that is not on a schedule, such as the pause before the next attempt.</summary>
    public ValueTask PauseAsync(TimeSpan pause) => _alarm.WaitUntilAsync(_time.GetTimestamp() + _time.Ticks(pause));

    /// <summary>Counts the tick of a schedule as done and computes the next one.</summary>
    /// <returns>The number of ticks that were skipped because they could not start in time.</returns>
    public long Advance(int index)
    {
        var schedule = Schedules[index];
        var skipped = schedule.Skipped;
        schedule.Advance(_time.GetTimestamp());
        return schedule.Skipped - skipped;
    }

    /// <summary>Ends the current wait, or the next one if none is running.</summary>
    public void Wake() => _alarm.Wake();

    /// <summary>Ends the loop after the tick that is running.</summary>
    public void Stop()
    {
        _isStopped = true;
        _alarm.Stop();
    }

    /// <summary>
    /// Calls <paramref name="beat"/> at each due time of the only schedule, first at once, until the loop is stopped; then disposes of the
    /// loop. One call at a time; an exception of a call does not end the loop.
    /// </summary>
    /// <param name="beat">The work of one tick.</param>
    /// <param name="skipped">Receives the number of skipped ticks after each tick, also when it is 0.</param>
    /// <param name="failed">Receives the exception of a tick.</param>
    public async Task RunAsync(Func<ValueTask> beat, Action<long> skipped, Action<Exception> failed)
    {
        Start();
        while (!_isStopped)
        {
            await WaitAsync().ConfigureAwait(false);
            if (_isStopped || !IsDue) continue;
            try
            {
                await beat().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failed(exception);
            }

            skipped(Advance(0));
        }

        Dispose();
    }

    public void Dispose() => _alarm.Dispose();
}
