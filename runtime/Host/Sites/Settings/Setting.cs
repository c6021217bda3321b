namespace PlantRuntime.Host.Sites;

/// <summary>One key with its value, as text: <c>tags.speed.address</c>, <c>"sine"</c>.</summary>
/// <param name="Key">Dotted, from the part's own table.</param>
/// <param name="Value">In one spelling, whatever the file's.</param>
internal readonly record struct Setting(string Key, string Value);
