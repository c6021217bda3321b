namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// Checks and quotes names of schemas, tables and columns. Only letters, digits and _ are allowed, so that they can be typed in any tool;
/// they are quoted to keep their case. Pure.
/// </summary>
internal static class Identifier
{
    /// <summary>PostgreSQL truncates longer names (Documentation 15, 4.1.1).</summary>
    private const int MaxLength = 63;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public static string DescribeInvalid(string name, string example) =>
        $"\"{name}\" is no name: a letter, then letters, digits and _, {MaxLength} at most; for instance \"{example}\"";

    /// <summary>Quotes a valid name.</summary>
    public static string Quote(string name) => $"\"{name}\"";

    /// <summary>Quotes any name, such as that of a channel.</summary>
    public static string QuoteAny(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
