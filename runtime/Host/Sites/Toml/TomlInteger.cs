namespace PlantRuntime.Host.Sites;

/// <summary>A signed integer of 64 bits.</summary>
internal sealed class TomlInteger(Position at, long value) : TomlValue(at)
{
    /// <summary>The number.</summary>
    public long Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "an integer";
}
