using System.Globalization;
using System.Text;

namespace PlantRuntime.Logging;

/// <summary>
/// Passes each line on as one JSON object: <c>time</c>, <c>level</c> (debug, info, warn, error), <c>event</c>, and the fields of the line
/// as keys of their own, in their order. Values are strings; whole numbers are numbers, except under keys that hold names or values from
/// outside, so that a key has the same type in every line. Words that belong to no key are in <c>text</c>. Owns the target behind it;
/// called on the log thread.
/// </summary>
public sealed class JsonLogTarget(ILogTarget inner) : ILogTarget
{
    // 2026-11-30T01:02:03.004Z WARN  RETRY …
    private const int TimeLength = 24;
    private const int EventAt = 31;

    // More digits are no count, and many readers would round them.
    private const int MaxDigits = 15;

    private static readonly HashSet<string> s_texts =
    [
        "plant", "device", "driver", "sink", "sinks", "plugin", "recipe", "name", "tag", "value", "was", "user", "by", "site", "plc",
        "address", "subject", "reason", "next", "text", "sample", "broker", "topic", "channel", "table", "point", "sha256", "type", "mode",
    ];

    public string? FilePath => inner.FilePath;

    /// <summary>Returns the JSON object of a line.</summary>
    public static string From(LogLevel level, string line)
    {
        var json = new StringBuilder(line.Length + 64);
        var fields = new Dictionary<string, int>(StringComparer.Ordinal);
        Add("time", line[..TimeLength]);
        Add("level", level.ToString().ToLowerInvariant());
        var at = line.IndexOf(' ', EventAt) is var end and > 0 ? end : line.Length;
        Add("event", line[EventAt..at]);
        var words = new List<string>();
        while (ReadField(line, ref at) is { } field)
        {
            if (field.Key is null) words.Add(field.Value);
            else Add(field.Key, field.Value, isEscaped: field.IsQuoted, mayBeNumber: !field.IsQuoted);
        }

        if (words.Count > 0) Add("text", string.Join(' ', words));
        return json.Append('}').ToString();

        void Add(string key, string value, bool isEscaped = false, bool mayBeNumber = false)
        {
            // A key that a line has twice, or that is one of the first three, gets a number.
            var count = fields[key] = fields.GetValueOrDefault(key) + 1;
            json.Append(json.Length == 0 ? '{' : ',').Append('"').Append(key);
            if (count > 1) json.Append(CultureInfo.InvariantCulture, $"_{count}");
            json.Append("\":");
            if (mayBeNumber && !s_texts.Contains(key) && IsNumber(value))
            {
                json.Append(value);
                return;
            }

            json.Append('"');

            // The escapes of the log are those of JSON (RFC 8259, section 7).
            if (isEscaped) json.Append(value);
            else LogText.Append(json, value, isQuoted: true, int.MaxValue / 2);
            json.Append('"');
        }
    }

    public void Write(LogLevel level, string line) => inner.Write(level, From(level, line));

    public void Flush() => inner.Flush();

    public void Reopen() => inner.Reopen();

    public void Dispose() => inner.Dispose();

    /// <summary>
    /// Reads the next field of a line, or the next word that is no field (its key is null); null at the end. A quoted value is returned as
    /// it is escaped in the line.
    /// </summary>
    private static (string? Key, string Value, bool IsQuoted)? ReadField(string line, ref int at)
    {
        while (at < line.Length && line[at] == ' ') at++;
        if (at >= line.Length) return null;
        var start = at;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or '.' or '-')) at++;
        var key = at > start && at < line.Length && line[at] == '=' ? line[start..at] : null;
        if (key is not null) start = ++at;
        var isQuoted = start < line.Length && line[start] == '"';
        SkipValue(line, ref at, hasBrackets: key == "sample");
        isQuoted &= key is not null && at - start >= 2 && IndexOfQuote(line, start + 1) == at - 1;
        return (key, isQuoted ? line[(start + 1)..(at - 1)] : line[start..at], isQuoted);
    }

    /// <summary>Moves to the next blank that is not within quotes, nor within the brackets of a list of tags.</summary>
    private static void SkipValue(string line, ref int at, bool hasBrackets)
    {
        for (var depth = 0; at < line.Length && (line[at] != ' ' || depth > 0); at++)
        {
            if (hasBrackets && line[at] == '[') depth++;
            else if (hasBrackets && line[at] == ']') depth--;
            else if (line[at] == '"') at = IndexOfQuote(line, at + 1) is var end and >= 0 ? end : line.Length - 1;
        }
    }

    /// <summary>Returns the index of the next quote that is not escaped; -1 if there is none.</summary>
    private static int IndexOfQuote(string line, int at)
    {
        for (; at < line.Length; at++)
        {
            if (line[at] == '\\') at++;
            else if (line[at] == '"') return at;
        }

        return -1;
    }

    private static bool IsNumber(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        return digits.Length is > 0 and <= MaxDigits && !digits.ContainsAnyExceptInRange('0', '9')
            && (digits[0] != '0' || digits.Length == 1);
    }
}
