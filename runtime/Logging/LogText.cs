using System.Globalization;
using System.Text;

namespace PlantRuntime.Logging;

/// <summary>
/// Makes text from outside (devices, brokers, files, exceptions) safe to show: without control characters, limited, and without the
/// secrets of the site (<see cref="SecretMask"/>). Log lines, the terminal, dead letters and status all use this class. Any thread.
/// </summary>
public static class LogText
{
    /// <summary>The longest text of one value, in characters after escaping.</summary>
    public const int MaxLength = 1024;

    /// <summary>
    /// Escapes control characters, line ends, marks that change the direction of text, and halves of surrogate pairs as <c>\n</c>,
    /// <c>\r</c>, <c>\t</c> or <c>\u001B</c>, and cuts what is longer than <paramref name="limit"/> with a note of the length. Quotes and
    /// backslashes stay.
    /// </summary>
    public static string Sanitize(string? text, int limit = MaxLength)
    {
        if (text is null) return "";
        text = SecretMask.Apply(text);
        if (text.Length <= limit && IndexOfUnsafe(text) < 0) return text;
        var safe = new StringBuilder(Math.Min(text.Length, limit) + 32);
        Append(safe, text, isQuoted: false, limit);
        return safe.ToString();
    }

    /// <summary>
    /// Keeps line ends and tabs of a text that is shown over several lines, such as a list of compile errors; see <see cref="Sanitize"/>.
    /// </summary>
    public static string SanitizeLines(string? text, int limit)
    {
        if (text is null) return "";
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        return string.Join(Environment.NewLine, lines.Select(l => Sanitize(l.Replace("\t", "    ", StringComparison.Ordinal), limit)));
    }

    /// <summary>The field ` suppressed=n` of a line that was limited; empty if no line was suppressed.</summary>
    public static LogFields Suppressed(long lines) => LogFields.When(lines > 0, $" suppressed={lines}");

    /// <summary>Appends a text, with every character escaped that would end the line or the quotes around the text.</summary>
    internal static void Append(StringBuilder to, ReadOnlySpan<char> text, bool isQuoted, int limit)
    {
        var end = to.Length + limit;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isPair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var isEscaped = IsUnsafe(c) || (char.IsSurrogate(c) && !isPair);
            var length = isPair ? 2 : isEscaped ? (ShortEscape(c) == 0 ? 6 : 2) : isQuoted && c is '"' or '\\' ? 2 : 1;
            if (to.Length + length > end)
            {
                to.Append(CultureInfo.InvariantCulture, $"… ({text.Length} characters)");
                return;
            }

            if (isPair) to.Append(c).Append(text[++i]);
            else if (isEscaped) AppendEscape(to, c);
            else if (isQuoted && c is '"' or '\\') to.Append('\\').Append(c);
            else to.Append(c);
        }
    }

    /// <summary>True if a value outside quotes must be quoted to be read back as one value.</summary>
    internal static bool NeedsQuotes(ReadOnlySpan<char> text, int limit) =>
        text.Length > limit || text.IndexOfAny(" \"=\\") >= 0 || IndexOfUnsafe(text) >= 0;

    private static int IndexOfUnsafe(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsUnsafe(text[i])) return i;
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return i;
            i++;
        }

        return -1;
    }

    /// <summary>
    /// Control characters, U+2028 and U+2029 (line ends), and the marks of the Unicode bidirectional algorithm (UAX #9, section 2).
    /// </summary>
    private static bool IsUnsafe(char c) =>
        char.IsControl(c)
        || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';

    private static char ShortEscape(char c) => c switch { '\n' => 'n', '\r' => 'r', '\t' => 't', _ => '\0' };

    private static void AppendEscape(StringBuilder to, char c)
    {
        if (ShortEscape(c) is var letter and not '\0') to.Append('\\').Append(letter);
        else to.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
    }
}
