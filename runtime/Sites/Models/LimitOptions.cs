using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The section <c>[limits]</c>: the resources that one recipe may use before the host stops it and logs its name, and those of the whole
/// host. Immutable.
/// </summary>
internal sealed record LimitOptions : IValidatedOptions
{
    /// <summary>Longest time that one call into a recipe may take, from 1ms to 24d.</summary>
    public TimeSpan RecipeTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest amount that one call into a recipe may allocate, garbage included; at least 1MB.</summary>
    public ByteSize RecipeMemory { get; init; } = new(64 << 20);

    /// <summary>Largest managed memory of the host; the default is half of the machine's memory, 1 GB at most; at least 128MB.</summary>
    /// <example>memory = "256MB"</example>
    public ByteSize? Memory { get; init; }

    /// <summary>Time after a reload in which a failing version is rolled back to the previous one; "0s" turns this off.</summary>
    public TimeSpan RecipeWatch { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest number of waiting scans for each recipe and device; beyond it the newest is dropped and counted.</summary>
    [Bounds(1, 100_000)]
    public int RecipeQueue { get; init; } = 64;

    /// <summary>
    /// Least time between two transactions of the queue: more of it spares a flash card, less of it delays records less. 0 to 10 s.
    /// </summary>
    public TimeSpan MinCommitGap { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() =>
    [
        .. DurationRules.Check(("recipe_time", RecipeTime), ("recipe_watch", RecipeWatch == TimeSpan.Zero ? null : RecipeWatch)),
        .. MinCommitGap > TimeSpan.FromSeconds(10) ? [("min_commit_gap", "expected at most 10s")] : Array.Empty<(string, string)>(),
        .. RecipeMemory.Bytes < 1 << 20 ? [("recipe_memory", "expected at least 1MB")] : Array.Empty<(string, string)>(),
        .. Memory is { Bytes: < 128 << 20 } ? [("memory", "expected at least 128MB")] : Array.Empty<(string, string)>(),
    ];
}
