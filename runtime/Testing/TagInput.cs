using PlantRuntime.Contracts;

namespace PlantRuntime.Testing;

/// <summary>
/// What a test gives a tag: a value in the tag's unit, as recipes see it (scale and offset of site.toml are the device's side), or a bad
/// quality. A tag that is not given keeps what it had.
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

    /// <summary>True when only a quality was given.</summary>
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

    /// <summary>A bad tag, without value, until it is given a value or is <see cref="Quality.Good"/> again.</summary>
    public static implicit operator TagInput(Quality quality) => new(quality);
}
