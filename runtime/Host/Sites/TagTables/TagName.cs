namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>What a tag may be called.</summary>
internal static class TagName
{
    /// <summary>What is wrong with a name, or null. The letters * and ? are taken by patterns in recipes.</summary>
    public static string? Problem(string name) =>
        name.Length == 0 ? "a tag has a name"
        : name != name.Trim() ? $"the name \"{name}\" begins or ends with a blank"
        : name.Any(char.IsControl) ? "a tag's name is printable"
        : name.AsSpan().IndexOfAny('*', '?') >= 0 ? $"the name \"{name}\" holds * or ?, which recipes use for patterns"
        : null;
}
