using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary><c>reconnect = { … }</c>: when a device is connected again.</summary>
internal sealed record ReconnectOptions : IValidatedOptions
{
    /// <summary>Pause after the first failure; each further one doubles it.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Connect anew after this time even when all is well; null for never.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Failed scans in a row after which the connection is given up.</summary>
    [Bounds(1, 1_000_000)]
    public int AfterFailures { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var broken in TimeRule.Check(("first", First), ("max", Max), ("every", Every))) yield return broken;
        if (Max < First) yield return ("max", $"{Duration.Format(Max)} is less than first, which is {Duration.Format(First)}");
    }
}
