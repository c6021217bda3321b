using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>What can be said of a tag, in a table of site.toml or a row of a tag table.</summary>
internal sealed class TagHead : IValidatedOptions
{
    /// <summary>Address in the driver's language.</summary>
    public required string Address { get; init; }

    /// <summary>Type, when the address does not say it.</summary>
    public string? Type { get; init; }

    /// <summary>Engineering unit.</summary>
    public string Unit { get; init; } = "";

    /// <summary>What it measures.</summary>
    public string Description { get; init; } = "";

    /// <summary>Factor on the raw value.</summary>
    public double? Scale { get; init; }

    /// <summary>Added to the scaled value.</summary>
    public double? Offset { get; init; }

    /// <summary>Least and greatest plausible value in one.</summary>
    public IReadOnlyList<double>? Range { get; init; }

    /// <summary>Least plausible value.</summary>
    public double? Low { get; init; }

    /// <summary>Greatest plausible value.</summary>
    public double? High { get; init; }

    /// <summary>Time between two scans, when it is not the device's.</summary>
    public TimeSpan? Poll { get; init; }

    /// <summary>How it may be written.</summary>
    public WriteOptions? Write { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Address)) yield return ("address", "expected an address, found an empty string");
        if (Scale == 0) yield return ("scale", "a scale of 0 would make every value 0");
        if (TagRange.CountProblem(Range) is { } count) yield return ("range", count);
        if (Range is not null && (Low ?? High) is not null) yield return ("range", "range says both low and high: give either it or them");
        if (Range is [var from, var to] && from > to) yield return ("range", TagRange.Swapped(from, to));
        if (Low > High) yield return ("low", TagRange.Swapped(Low.Value, High!.Value));
        foreach (var broken in TimeRule.Check(("poll", Poll))) yield return broken;
    }

    /// <summary>The tag.</summary>
    public TagModel ToModel(string name, Position at, Position addressAt) => new()
    {
        Name = name,
        At = at,
        Address = Address,
        AddressAt = addressAt,
        Type = Type,
        Unit = Unit,
        Description = Description,
        Scale = Scale,
        Offset = Offset,
        Low = Low ?? Range?[0],
        High = High ?? Range?[1],
        Poll = Poll,
        Write = Write,
    };
}
