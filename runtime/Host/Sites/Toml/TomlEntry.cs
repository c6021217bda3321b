namespace PlantRuntime.Host.Sites;

/// <summary>A key and its value.</summary>
/// <param name="Key">The key, quotes and escapes resolved.</param>
/// <param name="KeyAt">Its first character.</param>
/// <param name="Value">The value.</param>
internal sealed record TomlEntry(string Key, Position KeyAt, TomlValue Value);
