namespace PlantRuntime.Conformance;

/// <summary>A clock that stands until it is set.</summary>
/// <param name="now">The time at first, in UTC.</param>
public sealed class SetTime(DateTime now) : TimeProvider
{
    /// <summary>The time it shows, in UTC.</summary>
    public DateTime Now { get; set; } = now;

    /// <summary>Called at each look, before the time is told.</summary>
    public Action? Looked { get; set; }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        Looked?.Invoke();
        return new DateTimeOffset(Now, TimeSpan.Zero);
    }
}
