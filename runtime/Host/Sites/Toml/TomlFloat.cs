namespace PlantRuntime.Host.Sites;

/// <summary>An IEEE 754 double; infinities and NaN are numbers in TOML.</summary>
internal sealed class TomlFloat(Position at, double value) : TomlValue(at)
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a float";
}
