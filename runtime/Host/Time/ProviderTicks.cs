namespace PlantRuntime.Host.Time;

/// <summary>Durations in the units of a time provider's monotonic clock.</summary>
internal static class ProviderTicks
{
    /// <summary>What to add to a timestamp to come to the moment this much later.</summary>
    public static long Ticks(this TimeProvider time, TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);
}
