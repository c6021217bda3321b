namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Computes the ticks of a fixed rate that neither drifts nor catches up: ticks are whole periods after the start, and a tick that could
/// not start in time is skipped and counted. Times are timestamps of a monotonic clock. Owned by one <see cref="FixedRateLoop"/> and
/// changed within its owner's loop, one call at a time; reads no clock.
/// </summary>
internal sealed class FixedRateSchedule(long period)
{
    /// <summary>Number of ticks so far, including the skipped ones.</summary>
    public long Number { get; private set; }

    /// <summary>Number of skipped ticks so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Timestamp of the next tick.</summary>
    public long Due { get; private set; }

    /// <summary>Starts the schedule; the first tick is due at once.</summary>
    public void Start(long now) => Due = now;

    /// <summary>
    /// Counts the tick that was due and computes the next one; a tick that is late by at most half a period counts as in time.
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
