namespace PlantRuntime.Recipes.Plans;

/// <summary>Monotonic time for operators: steps of the wall clock never open or close a window.</summary>
internal sealed class PlanClock(TimeProvider time)
{
    public long Now => time.GetTimestamp();

    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <summary>A duration in the provider's ticks.</summary>
    public long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);

    /// <summary>The provider's ticks as a duration.</summary>
    public TimeSpan Duration(long ticks) => TimeSpan.FromSeconds((double)ticks / time.TimestampFrequency);
}
