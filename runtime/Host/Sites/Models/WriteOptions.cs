using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary><c>write = { … }</c> of a tag: that it may be written, and how.</summary>
internal sealed record WriteOptions : IValidatedOptions
{
    /// <summary>Least and greatest number that may be written, in the tag's unit; when not said, the tag's own range holds.</summary>
    public IReadOnlyList<double>? Range { get; init; }

    /// <summary>How old a value may be when it goes out: since the scan that it was computed from, or since it was asked for.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether the tag is read after each write and compared.</summary>
    public bool ReadBack { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (TagRange.CountProblem(Range) is { } count) yield return ("range", count);
        if (Range is [var low, var high] && low > high) yield return ("range", TagRange.Swapped(low, high));
        foreach (var broken in TimeRule.Check(("max_age", MaxAge))) yield return broken;
    }
}
