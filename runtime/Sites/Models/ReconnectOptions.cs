using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.Models;

/// <summary>The times at which the host connects to a device again, <c>reconnect = { … }</c>. Immutable.</summary>
internal sealed record ReconnectOptions : IValidatedOptions
{
    /// <summary>Pause after the first failure, from 1ms to 24d; each further one doubles it.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause, not less than first.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time after which a good connection is closed and opened again. Without it that never happens.</summary>
    /// <example>every = "1h"</example>
    public TimeSpan? Every { get; init; }

    /// <summary>Number of failed scans in a row after which the connection is closed and opened again.</summary>
    [Bounds(1, 1_000_000)]
    public int AfterFailures { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var broken in DurationRules.Check(("first", First), ("max", Max), ("every", Every))) yield return broken;
        if (Max < First) yield return ("max", $"{DurationText.Format(Max)} is less than first, which is {DurationText.Format(First)}");
    }
}
