using PlantRuntime.Contracts;

namespace PlantRuntime.Testing;

/// <summary>
/// The value or quality that a test sets for a tag. A value is in the tag's unit, after scale and offset of site.toml. The default value
/// leaves the tag unchanged. Immutable.
/// </summary>
public readonly struct TagInput
{
    private TagInput(Value value)
    {
        IsGiven = true;
        Value = value;
    }

    private TagInput(Quality quality)
    {
        IsGiven = IsQuality = true;
        Quality = quality;
    }

    internal bool IsGiven { get; }

    /// <summary>True if only a quality was given.</summary>
    internal bool IsQuality { get; }

    internal Value Value { get; }

    internal Quality Quality { get; }

    /// <summary>TRUE or FALSE.</summary>
    public static implicit operator TagInput(bool value) => new((Value)value);

    /// <summary>A signed integer.</summary>
    public static implicit operator TagInput(int value) => new((Value)value);

    /// <summary>A signed integer.</summary>
    public static implicit operator TagInput(long value) => new((Value)value);

    /// <summary>An unsigned integer.</summary>
    public static implicit operator TagInput(ulong value) => new((Value)value);

    /// <summary>A single.</summary>
    public static implicit operator TagInput(float value) => new((Value)value);

    /// <summary>A double.</summary>
    public static implicit operator TagInput(double value) => new((Value)value);

    /// <summary>Text.</summary>
    public static implicit operator TagInput(string value) => new((Value)value);

    /// <summary>Any value, an array too.</summary>
    public static implicit operator TagInput(Value value) => new(value);

    /// <summary>A quality; a bad tag has no value until it is set to a value or to <see cref="Quality.Good"/>.</summary>
    public static implicit operator TagInput(Quality quality) => new(quality);
}
