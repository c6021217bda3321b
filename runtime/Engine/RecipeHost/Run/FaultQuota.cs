using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Counts the exceptions that the lambdas of one version throw, and detects when a watched version has thrown too many. Owned by one
/// version of a recipe: its thread reports and counts exceptions, the slot sets the quota under its gate. Any thread; uses interlocked
/// operations; stops nothing itself.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="onFault">Called for every exception, on the recipe's thread.</param>
internal sealed class FaultQuota(TimeProvider time, Action<FaultQuota, Exception> onFault)
{
    private readonly long _started = time.GetTimestamp();
    private long _count;
    private long _quota = long.MaxValue;

    /// <summary>Passes an exception of the version to <c>onFault</c>. Called on the recipe's thread.</summary>
    public void Report(Exception exception) => onFault(this, exception);

    /// <summary>
    /// Allows twice as many exceptions as another version, by its average since it started, would throw in the watch period.
    /// </summary>
    public void SetQuota(FaultQuota other, TimeSpan watch)
    {
        var life = Math.Max(1, time.GetElapsedTime(other._started).Ticks);
        var more = (long)(2.0 * Interlocked.Read(ref other._count) * watch.Ticks / life);
        Interlocked.Exchange(ref _quota, Interlocked.Read(ref _count) + more);
    }

    /// <summary>Allows any number from now on.</summary>
    public void RemoveQuota() => Interlocked.Exchange(ref _quota, long.MaxValue);

    /// <summary>Counts an exception and returns true when it exceeds the quota.</summary>
    public bool Exceeds() => Interlocked.Increment(ref _count) > Interlocked.Read(ref _quota);

    /// <summary>Returns type and message of an exception for a log line. Reading its message may run code of the recipe.</summary>
    public static string Describe(Exception exception)
    {
        if (exception is RecipeStoppedException) return exception.Message;
        try
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
        catch (Exception)
        {
            return exception.GetType().Name;
        }
    }
}
