using System.Globalization;
using System.Text;
using PlantRuntime.Payloads;

namespace PlantRuntime.Plugins.Nats.Subjects;

/// <summary>
/// Checks subjects (docs.nats.io, "Subject-Based Messaging"): tokens divided by dots, without blanks; in a pattern <c>*</c> stands for one
/// token and <c>&gt;</c> for all that follow. Pure.
/// </summary>
internal static class SubjectName
{
    /// <summary>Longest subject in bytes; a server reads 4,096 bytes for the line with subject, reply subject and lengths.</summary>
    public const int MaxBytes = 1024;

    private const char Replacement = '_';

    /// <summary>Returns the error in a subject to publish to, or null.</summary>
    public static ParseError? Validate(string subject) => Validate(subject, allowsWildcards: false);

    /// <summary>Returns the error in a subject to subscribe to, or null.</summary>
    public static ParseError? ValidatePattern(string pattern) => Validate(pattern, allowsWildcards: true);

    /// <summary>Converts a name to one token: dots, wildcards, blanks and illegal characters become <c>_</c>.</summary>
    public static string ToToken(string name)
    {
        var token = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsLegal(rune) || rune.Value is '.' or '*' or '>') token.Append(Replacement);
            else token.Append(rune.ToString());
        }

        return token.ToString();
    }

    /// <summary>
    /// Returns true if every subject that <paramref name="pattern"/> matches is matched by <paramref name="filter"/> too.
    /// </summary>
    public static bool Covers(string filter, string pattern)
    {
        var (wide, narrow) = (filter.Split('.'), pattern.Split('.'));
        for (var i = 0; i < wide.Length; i++)
        {
            if (wide[i] == ">") return narrow.Length > i;
            if (i >= narrow.Length || narrow[i] == ">") return false;
            if (wide[i] != "*" && wide[i] != narrow[i]) return false;
        }

        return wide.Length == narrow.Length;
    }

    private static ParseError? Validate(string subject, bool allowsWildcards)
    {
        if (subject.Length == 0) return new ParseError(1, "is empty; for instance \"plant.press\"");
        if (Encoding.UTF8.GetByteCount(subject) > MaxBytes) return new ParseError(1, $"is longer than {MaxBytes} bytes");
        var column = 1;
        var tokens = subject.Split('.');
        for (var i = 0; i < tokens.Length; column += tokens[i++].Length + 1)
        {
            var token = tokens[i];
            if (token.Length == 0) return new ParseError(column, $"has an empty part at column {column}: dots divide parts");
            if (allowsWildcards && token == "*") continue;
            if (allowsWildcards && token == ">")
            {
                if (i == tokens.Length - 1) continue;
                return new ParseError(column, $"has '>' at column {column}, which is allowed at the end only");
            }

            if (FindIllegal(token) is not { } at) continue;
            return new ParseError(column + at, Describe(token[at], column + at, allowsWildcards));
        }

        return null;
    }

    private static string Describe(char illegal, int column, bool allowsWildcards) => illegal switch
    {
        '*' or '>' when allowsWildcards => $"has '{illegal}' at column {column}: a wildcard stands alone between dots",
        '*' or '>' => $"has the wildcard '{illegal}' at column {column}: a record is published to one subject",
        ' ' => $"has a blank at column {column}",
        _ => $"has an illegal character at column {column}",
    };

    private static int? FindIllegal(string token)
    {
        var at = 0;
        foreach (var rune in token.EnumerateRunes())
        {
            if (!IsLegal(rune) || rune.Value is '*' or '>') return at;
            at += rune.Utf16SequenceLength;
        }

        return null;
    }

    // EnumerateRunes returns U+FFFD for half of a surrogate pair.
    private static bool IsLegal(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control && rune != Rune.ReplacementChar;
}
