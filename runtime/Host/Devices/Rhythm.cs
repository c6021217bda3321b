namespace PlantRuntime.Host.Devices;

/// <summary>
/// A fixed rate that neither drifts nor piles up: beats lie on a grid from the start, and a beat that could not begin in time is left out
/// and counted. In units of a monotonic clock.
/// </summary>
internal sealed class Rhythm(long period)
{
    /// <summary>Beats so far, left-out ones included.</summary>
    public long Number { get; private set; }

    /// <summary>Beats left out so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>When the next beat is due.</summary>
    public long Due { get; private set; }

    /// <summary>Starts the grid: the first beat is due at once.</summary>
    public void Start(long now) => Due = now;

    /// <summary>
    /// Counts the beat that was due and finds the next: one that is late by no more than half a period still counts as in time.
    /// </summary>
    public void Advance(long now)
    {
        Number++;
        Due += period;
        if (now - Due <= period / 2) return;
        var missed = ((now - Due) / period) + 1;
        Number += missed;
        Skipped += missed;
        Due += missed * period;
    }
}
