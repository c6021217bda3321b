namespace PlantRuntime.Host.Sites;

/// <summary>Values in a row, of one type or of several.</summary>
/// <param name="at">The opening bracket, or the first header of an array of tables.</param>
/// <param name="isOfTables">True when <c>[[headers]]</c> made it, which may add to it.</param>
internal sealed class TomlArray(Position at, bool isOfTables = false) : TomlValue(at)
{
    /// <summary>The values.</summary>
    public List<TomlValue> Items { get; } = [];

    /// <summary>True when <c>[[headers]]</c> made it.</summary>
    public bool IsOfTables { get; } = isOfTables;

    /// <inheritdoc/>
    public override string Kind => "an array";
}
