namespace PlantRuntime.Testing.Running;

/// <summary>
/// An action that the simulation runs at a fixed interval of virtual time; first one interval after its creation. <see cref="Simulation"/>
/// calls it on the test's thread; times are ticks of 100 ns.
/// </summary>
internal sealed class PeriodicAction(TimeSpan every, long now, Action work)
{
    private readonly long _period = Math.Max(1, every.Ticks);

    public long Due { get; private set; } = now + Math.Max(1, every.Ticks);

    /// <summary>Restarts the interval if the action is overdue, without running it.</summary>
    public void SkipTo(long now)
    {
        if (Due <= now) Due = now + _period;
    }

    public void RunIfDue(long now)
    {
        if (Due > now) return;
        Due += _period;
        work();
    }
}
