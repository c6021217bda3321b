using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>The key reconnect of a device.</summary>
internal sealed class ReconnectOptions : IValidatedOptions
{
    /// <summary>Wait before the first new attempt; it doubles from there.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Connect anew after so long, even when all is well; null never does.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Connect anew after so many failed scans in a row.</summary>
    [Bounds(1, 1_000_000)]
    public int AfterFailures { get; init; } = 10;

    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (First <= TimeSpan.Zero) yield return ("first", "first is longer than zero");
        if (Max < First) yield return ("max", "max is not shorter than first");
        if (Every <= TimeSpan.Zero) yield return ("every", "every is longer than zero");
    }
}
