namespace PlantRuntime.Host.Sites;

/// <summary>The times that a timer of the host can keep.</summary>
internal static class TimeRule
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    // Timers count milliseconds in 32 bits.
    private static readonly TimeSpan Most = TimeSpan.FromDays(24);

    /// <summary>Those times that no timer can keep, by key.</summary>
    public static IEnumerable<(string Key, string Message)> Check(params (string Key, TimeSpan? Time)[] times) =>
        from time in times
        where time.Time < Least || time.Time > Most
        select (time.Key, $"expected from {Quoted(Least)} to {Quoted(Most)}, found {Quoted(time.Time!.Value)}");

    private static string Quoted(TimeSpan time) => $"\"{Duration.Format(time)}\"";
}
