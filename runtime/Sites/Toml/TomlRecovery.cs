using System.Text.RegularExpressions;

namespace PlantRuntime.Sites.Toml;

/// <summary>
/// Finds the offset at which reading continues after a problem, so that one mistake makes one error. Called by <see cref="TomlReader"/>;
/// changes nothing.
/// </summary>
internal static partial class TomlRecovery
{
    /// <summary>
    /// The offset of the next statement. A statement that failed inside brackets continues to the bracket that closes it; when none
    /// closes it before the next header, the next line that looks like a statement is one.
    /// </summary>
    /// <param name="tokens">The document; its current token is the one that could not be used.</param>
    /// <param name="statement">Offset of the line in which the statement began.</param>
    /// <param name="openBrackets">Number of brackets that are open at the current token.</param>
    public static int NextStatement(TomlTokens tokens, int statement, int openBrackets)
    {
        if (openBrackets == 0) return tokens.NextLine(tokens.Start);
        if (FindClose(tokens, openBrackets) is { } close) return tokens.NextLine(close);

        // The line of the problem may be the next statement: it is behind the failed one, so reading still moves on.
        var line = tokens.LineStart(tokens.Start);
        if (line <= statement) line = tokens.NextLine(tokens.Start);
        while (line < tokens.Text.Length && !StatementPattern().IsMatch(tokens.Text, line)) line = tokens.NextLine(line);
        return line;
    }

    private static int? FindClose(TomlTokens tokens, int openBrackets)
    {
        var text = tokens.Text;
        for (var at = tokens.Start; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '[' or '{':
                    openBrackets++;
                    break;
                case ']' or '}' when --openBrackets == 0:
                    return at;
                case '#':
                    if (text.IndexOf('\n', at) is var lineEnd && lineEnd < 0) return null;
                    at = lineEnd - 1;
                    break;
                case '"' or '\'':
                    at = PassString(text, at);
                    break;
                case '\n':
                    if (HeaderPattern().IsMatch(text, at + 1)) return null;
                    break;
            }
        }

        return null;
    }

    // The closing quote of this line, or the quote itself when the string has no end.
    private static int PassString(string text, int at)
    {
        var end = text.AsSpan(at + 1).IndexOfAny(text[at], '\n');
        return end >= 0 && text[at + 1 + end] == text[at] ? at + 1 + end : at;
    }

    [GeneratedRegex(@"\G(?:[A-Za-z0-9_\-. \t""']+=|[ \t]*\[+[A-Za-z][A-Za-z0-9_\-. \t""']*\])")]
    private static partial Regex StatementPattern();

    [GeneratedRegex(@"\G[ \t]*\[+[A-Za-z][A-Za-z0-9_\-. \t""']*\]+[ \t\r]*(?:#|\n|\z)")]
    private static partial Regex HeaderPattern();
}
