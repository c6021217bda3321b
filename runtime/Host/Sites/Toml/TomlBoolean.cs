namespace PlantRuntime.Host.Sites;

/// <summary>true or false.</summary>
internal sealed class TomlBoolean(Position at, bool value) : TomlValue(at)
{
    /// <summary>true or false.</summary>
    public bool Value { get; } = value;

    /// <inheritdoc/>
    public override string Kind => "a boolean";
}
