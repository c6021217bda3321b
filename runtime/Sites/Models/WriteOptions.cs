using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.Models;

/// <summary>Allows writes of a tag and limits them, <c>write = { … }</c>. Immutable.</summary>
internal sealed record WriteOptions : IValidatedOptions
{
    /// <summary>Smallest and largest number that may be written, in the tag's unit; without it the range of the tag applies.</summary>
    /// <example>range = [0, 100]</example>
    public IReadOnlyList<double>? Range { get; init; }

    /// <summary>
    /// Greatest age of a value when it is sent, from 1ms to 24d, since the scan from which it was computed or since the request.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>True to read the tag after each write and to compare the value.</summary>
    public bool ReadBack { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (TagRange.CountProblem(Range) is { } count) yield return ("range", count);
        if (Range is [var low, var high] && low > high) yield return ("range", TagRange.Swapped(low, high));
        foreach (var broken in DurationRules.Check(("max_age", MaxAge))) yield return broken;
    }
}
