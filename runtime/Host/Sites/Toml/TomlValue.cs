namespace PlantRuntime.Host.Sites;

/// <summary>A value of a TOML document and where it begins.</summary>
/// <param name="at">Its first character.</param>
internal abstract class TomlValue(Position at)
{
    /// <summary>Its first character; of a table with a header, the header's bracket.</summary>
    public Position At { get; protected set; } = at;

    /// <summary>What it is, as an error says it: "an integer".</summary>
    public abstract string Kind { get; }
}
