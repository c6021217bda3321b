using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>The long form of a tag in site.toml.</summary>
internal sealed class TagOptions : IValidatedOptions
{
    public required string Address { get; init; }

    public string? Type { get; init; }

    public string Unit { get; init; } = "";

    public string Description { get; init; } = "";

    public double? Scale { get; init; }

    public double? Offset { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>[low, high], the short form of the two.</summary>
    public List<double>? Range { get; init; }

    public TimeSpan? Poll { get; init; }

    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Range is { Count: not 2 }) yield return ("range", "a range is [low, high]");
        if (Range is not null && (Low is not null || High is not null)) yield return ("range", "give either range or low and high");
        var (low, high) = Range is [var first, var second] ? (first, second) : (Low, High);
        if (low > high) yield return (Range is null ? "low" : "range", "low is not above high");
        if (Poll < TimeSpan.FromMilliseconds(1)) yield return ("poll", "poll is at least 1ms");
    }
}
