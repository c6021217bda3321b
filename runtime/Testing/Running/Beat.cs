namespace PlantRuntime.Testing.Running;

/// <summary>Something that is done at a fixed rhythm while time passes; for the first time one period after it began.</summary>
internal sealed class Beat(TimeSpan every, long now, Action work)
{
    private readonly long _period = Math.Max(1, every.Ticks);

    public long Due { get; private set; } = now + Math.Max(1, every.Ticks);

    /// <summary>Begins anew when it should have been done while nobody looked.</summary>
    public void SkipTo(long now)
    {
        if (Due <= now) Due = now + _period;
    }

    public void DoIfDue(long now)
    {
        if (Due > now) return;
        Due += _period;
        work();
    }
}
