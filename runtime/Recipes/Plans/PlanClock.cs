using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// Gives operators the time. Intervals use the monotonic time, so setting the wall clock does not open or close a window. Immutable; never
/// waits.
/// </summary>
/// <param name="time">The clocks.</param>
/// <param name="zone">The zone of the site; UTC when not given.</param>
internal sealed class PlanClock(TimeProvider time, TimeZoneInfo? zone = null)
{
    /// <summary>The zone of days and of longer windows.</summary>
    public TimeZoneInfo Zone { get; } = zone ?? TimeZoneInfo.Utc;

    public long Now => time.GetTimestamp();

    public DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <summary>A duration in the provider's ticks.</summary>
    public long Ticks(TimeSpan duration) => time.Ticks(duration);

    /// <summary>The provider's ticks as a duration.</summary>
    public TimeSpan Duration(long ticks) => TimeSpan.FromSeconds((double)ticks / time.TimestampFrequency);
}
