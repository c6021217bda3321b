using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>Time for which the host was stopped.</summary>
/// <param name="Before">Number of the first batch of after it.</param>
/// <param name="Length">How long it was stopped.</param>
internal readonly record struct HostStop(long Before, TimeSpan Length);

/// <summary>
/// The clock of a queue at one moment: what <see cref="QueueState"/> keeps of it, and what the age of a batch is computed from. Immutable.
/// </summary>
/// <param name="Running">Time for which the host has run with this queue; each batch is stamped with it.</param>
/// <param name="Wall">
/// The settled wall clock in UTC. Before it has settled, the one of the last run and the time since, so that the next start still knows how
/// long the host had been stopped before; <c>default</c> if it has never settled.
/// </param>
/// <param name="Unsettled">Number of the first batch since the wall clock was settled last; 0 if it is settled.</param>
/// <param name="Stops">The stops that some batch has waited through.</param>
internal sealed record QueueTime(TimeSpan Running, DateTime Wall, long Unsettled, IReadOnlyList<HostStop> Stops)
{
    /// <summary>The time of a queue without batches.</summary>
    public static readonly QueueTime New = new(TimeSpan.Zero, default, 0, []);

    /// <summary>Returns how long a batch has waited, while the host ran and while it was stopped.</summary>
    public TimeSpan AgeOf(BatchHeader batch)
    {
        var age = Running - batch.Age;
        foreach (var stop in Stops)
        {
            if (batch.Number < stop.Before) age += stop.Length;
        }

        return age;
    }
}

/// <summary>
/// Measures the age of batches, by which records expire. While the host runs, the age follows the monotonic clock, so that a step of the
/// wall clock expires nothing. The time between two runs counts once the wall clock has gone on for an hour without a step, for the batches
/// of before, and only if it went forward by at most a month: a clock that is wrong at the start and is set right within the hour expires
/// nothing, and neither does a gateway without a battery clock, which starts in 1970, or one whose clock shows 2039. Owned by one
/// <see cref="QueueStore"/>; used on the queue thread.
/// </summary>
internal sealed class RecordAgeClock
{
    // The stops that are kept. Without an older one its batches count as younger than they are.
    private const int MaxStops = 64;

    private static readonly TimeSpan s_settle = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_longestStop = TimeSpan.FromDays(31);

    private readonly SettledClock _clock;
    private readonly QueueTime _start;
    private readonly long _firstOfRun;
    private IReadOnlyList<HostStop> _stops;
    private bool _isStopKnown;

    /// <param name="time">The clocks.</param>
    /// <param name="state">The state at the last commit.</param>
    public RecordAgeClock(TimeProvider time, QueueState state)
    {
        (_clock, _start, _stops) = (new SettledClock(time, s_settle), state.Time, state.Time.Stops);
        _firstOfRun = _start.Unsettled > 0 ? _start.Unsettled : state.NextNumber;
        _clock.Read();
    }

    /// <summary>Reads the clocks.</summary>
    public QueueTime Read()
    {
        _clock.Read();
        var elapsed = _clock.Elapsed;
        var running = _start.Running + elapsed;
        if (_clock.UtcNow is not { } now)
            return new QueueTime(running, _start.Wall == default ? default : _start.Wall + elapsed, _firstOfRun, _stops);
        if (!_isStopKnown) AddStop(now - elapsed);
        _isStopKnown = true;
        return new QueueTime(running, now, 0, _stops);
    }

    private void AddStop(DateTime started)
    {
        var wall = _start.Wall;
        if (wall == default || started <= wall || started - wall > s_longestStop) return;
        _stops = [.. _stops.TakeLast(MaxStops - 1), new HostStop(_firstOfRun, started - wall)];
    }
}
