namespace PlantRuntime.Host.Sites.Toml;

/// <summary>A value of a TOML document and the place of its first character.</summary>
internal abstract class TomlNode(Position at)
{
    public Position At { get; } = at;

    /// <summary>What it is, for an error: "an integer".</summary>
    public abstract string Kind { get; }
}

/// <summary>A string; <paramref name="contentAt"/> is the place of its first character behind the quotes.</summary>
internal sealed class TomlString(Position at, string text, Position contentAt) : TomlNode(at)
{
    public string Text { get; } = text;

    public Position ContentAt { get; } = contentAt;

    public override string Kind => "a string";
}

internal sealed class TomlInteger(Position at, long number) : TomlNode(at)
{
    public long Number { get; } = number;

    public override string Kind => "an integer";
}

internal sealed class TomlFloat(Position at, double number) : TomlNode(at)
{
    public double Number { get; } = number;

    public override string Kind => "a number";
}

internal sealed class TomlBoolean(Position at, bool isTrue) : TomlNode(at)
{
    public bool IsTrue { get; } = isTrue;

    public override string Kind => "true or false";
}

internal sealed class TomlArray(Position at, bool isOfTables) : TomlNode(at)
{
    public List<TomlNode> Items { get; } = [];

    /// <summary>True when it was written as <c>[[name]]</c>, so that more may follow.</summary>
    public bool IsOfTables { get; } = isOfTables;

    public override string Kind => "an array";
}
