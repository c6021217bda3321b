namespace PlantRuntime.Host.Sites;

/// <summary>One part of a dotted key.</summary>
/// <param name="Text">The part, quotes and escapes resolved.</param>
/// <param name="At">Its first character.</param>
internal readonly record struct TomlKey(string Text, Position At);
