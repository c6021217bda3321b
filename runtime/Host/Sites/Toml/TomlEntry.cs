namespace PlantRuntime.Host.Sites.Toml;

/// <summary>A key of a table and its value.</summary>
internal sealed record TomlEntry(string Key, Position KeyAt, TomlNode Value);
