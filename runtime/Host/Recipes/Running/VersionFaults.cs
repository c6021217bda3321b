using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>What the lambdas of one version have thrown, and how much of it is too much for a new version.</summary>
internal sealed class VersionFaults(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _count;
    private long _allowed = long.MaxValue;

    /// <summary>It may throw twice as much as the one before would have in this time, by that one's average.</summary>
    public void Watch(VersionFaults before, TimeSpan watch)
    {
        var life = Math.Max(1, time.GetElapsedTime(before._started).Ticks);
        var more = (long)(2.0 * Interlocked.Read(ref before._count) * watch.Ticks / life);
        Interlocked.Exchange(ref _allowed, Interlocked.Read(ref _count) + more);
    }

    /// <summary>The version has proved itself.</summary>
    public void Accept() => Interlocked.Exchange(ref _allowed, long.MaxValue);

    /// <summary>Counts an exception.</summary>
    /// <returns>True when that is one too many.</returns>
    public bool Add() => Interlocked.Increment(ref _count) > Interlocked.Read(ref _allowed);

    /// <summary>An exception as log lines say it. Its message may be code of the recipe.</summary>
    public static string Words(Exception exception)
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
