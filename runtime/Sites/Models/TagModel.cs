using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The settings of one tag of a device. The options binder or a row of a tag table fills the properties that can be set publicly; the
/// builders add the name and the locations. Immutable.
/// </summary>
internal sealed record TagModel : IValidatedOptions
{
    private readonly double? _low;
    private readonly double? _high;

    /// <summary>Name of the tag.</summary>
    public required string Name { get; internal init; }

    /// <summary>The location of the name.</summary>
    public required SourceLocation At { get; internal init; }

    /// <summary>Address of the tag, in the driver's syntax.</summary>
    /// <example>address = "DB500.DBD2:REAL"</example>
    public required string Address { get; init; }

    /// <summary>The address's first character, inside quotes if there are any.</summary>
    public required SourceLocation AddressAt { get; internal init; }

    /// <summary>The data type, in the driver's words, when the address does not contain it.</summary>
    /// <example>type = "float32"</example>
    public string? Type { get; init; }

    /// <summary>Engineering unit of the value after scale and offset.</summary>
    /// <example>unit = "A"</example>
    public string Unit { get; init; } = "";

    /// <summary>Description for people.</summary>
    /// <example>description = "current of the motor"</example>
    public string Description { get; init; } = "";

    /// <summary>Factor on the raw value, not 0; applied before <see cref="Offset"/>.</summary>
    /// <example>scale = 0.1</example>
    public double? Scale { get; init; }

    /// <summary>Added to the scaled value, in <see cref="Unit"/>.</summary>
    /// <example>offset = -273.15</example>
    public double? Offset { get; init; }

    /// <summary><see cref="Low"/> and <see cref="High"/> in one key, [low, high]. A value outside it has the quality BAD_RANGE.</summary>
    /// <example>range = [0, 120]</example>
    public IReadOnlyList<double>? Range { get; init; }

    /// <summary>Least plausible value, in <see cref="Unit"/>.</summary>
    /// <example>low = 0</example>
    public double? Low { get => _low ?? (Range is [var low, _] ? low : null); init => _low = value; }

    /// <summary>Greatest plausible value, in <see cref="Unit"/>.</summary>
    /// <example>high = 120</example>
    public double? High { get => _high ?? (Range is [_, var high] ? high : null); init => _high = value; }

    /// <summary>
    /// The decimal separator of numbers that arrive as text, which makes the tag a number.
    /// </summary>
    /// <example>decimal = "comma"</example>
    public DecimalSeparator? Decimal { get; init; }

    /// <summary>
    /// The bits with which the device says that it has no value, in hex, as many digits as the type has: "8000" or "8000 0000".
    /// </summary>
    /// <example>not_available = "8000"</example>
    public string? NotAvailable { get; init; }

    /// <summary>Time between two scans of the tag, from 1ms to 24d; without it that of the device.</summary>
    /// <example>poll = "10s"</example>
    public TimeSpan? Poll { get; init; }

    /// <summary>The limits of writes to it; without it the tag may not be written.</summary>
    public WriteOptions? Write { get; init; }

    /// <summary>The treatment of a value with a fraction that is written to a tag of whole numbers.</summary>
    public WriteRounding Round { get; init; } = WriteRounding.Nearest;

    /// <summary>
    /// True if text of the device is converted to a number: the tag has a decimal separator, a scale, an offset or a range.
    /// </summary>
    public bool IsNumber => Decimal is not null || (Scale ?? Offset ?? Low ?? High) is not null;

    /// <summary>The part that is passed to the driver.</summary>
    public TagDefinition Definition => new(Name, Address, Type) { Poll = Poll };

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Address)) yield return ("address", "expected an address, found an empty string");
        if (NotAvailable is not null && BitPattern.TryParse(NotAvailable) is null)
            yield return ("not_available",
                $"expected 2 to 16 digits in hex, an even number, such as \"8000\" or \"FFFF FFFF\", found \"{NotAvailable}\"");
        if (Scale == 0) yield return ("scale", "a scale of 0 would make every value 0");
        if (TagRange.CountProblem(Range) is { } count) yield return ("range", count);
        if (Range is not null && (_low ?? _high) is not null)
            yield return ("range", "range says both low and high: give either it or them");
        if (Range is [var from, var to] && from > to) yield return ("range", TagRange.Swapped(from, to));
        if (_low > _high) yield return ("low", TagRange.Swapped(_low.Value, _high!.Value));
        foreach (var broken in DurationRules.Check(("poll", Poll))) yield return broken;
    }
}

/// <summary>The treatment of a value with a fraction that is written to a tag of whole numbers.</summary>
internal enum WriteRounding
{
    /// <summary>The nearest whole number is written.</summary>
    Nearest,

    /// <summary>The value is refused.</summary>
    Refuse,
}

/// <summary>Checks <c>range = [low, high]</c> of a tag and of its writes. Pure.</summary>
internal static class TagRange
{
    /// <summary>Returns the error text for a range without exactly two numbers; null if there are two, or no range.</summary>
    public static string? CountProblem(IReadOnlyList<double>? range) =>
        range is null or { Count: 2 } ? null : $"expected two numbers, [low, high], found {range.Count}";

    /// <summary>Returns the error text for a low bound above the high one.</summary>
    public static string Swapped(double low, double high) =>
        string.Create(CultureInfo.InvariantCulture, $"low, {low}, is greater than high, {high}");
}
