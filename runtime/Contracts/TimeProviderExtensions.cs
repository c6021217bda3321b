namespace PlantRuntime.Contracts;

/// <summary>Arithmetic on the monotonic timestamps of a <see cref="TimeProvider"/>. Pure.</summary>
public static class TimeProviderExtensions
{
    /// <summary>
    /// Returns a duration in units of <see cref="TimeProvider.GetTimestamp"/>: added to a timestamp it gives the moment that much later.
    /// </summary>
    public static long Ticks(this TimeProvider time, TimeSpan duration) => (long)(duration.TotalSeconds * time.TimestampFrequency);
}
