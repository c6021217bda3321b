namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// Names of schemas, tables and columns: plain ones only, so that everybody can type them; quoted all the same, to keep their case.
/// </summary>
internal static class Identifier
{
    /// <summary>PostgreSQL cuts longer names off (Documentation 15, 4.1.1).</summary>
    private const int Longest = 63;

    public static bool IsGood(string name) =>
        name.Length is > 0 and <= Longest
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public static string Wrong(string name, string example) =>
        $"\"{name}\" is no name: a letter, then letters, digits and _, {Longest} at most; for instance \"{example}\"";

    /// <summary>A name that <see cref="IsGood"/>, in quotes.</summary>
    public static string Quote(string name) => $"\"{name}\"";
}
