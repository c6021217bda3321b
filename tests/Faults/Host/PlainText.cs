using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PlantRuntime.Faults.Host;

/// <summary>Judges texts that are shown to users: no control character, no direction mark, no half of a surrogate pair.</summary>
internal static partial class PlainText
{
    /// <summary>The longest text of one value, with the note of its length.</summary>
    public const int MaxValue = 1100;

    /// <summary>Returns the first character that must not be there, with the text around it; null if there is none.</summary>
    public static string? FindUnsafe(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (isPair) i++;
            else if (IsUnsafe(text[i])) return $"U+{(int)text[i]:X4} after \"{Regex.Escape(text[Math.Max(0, i - 30)..i])}\"";
        }

        return null;
    }

    /// <summary>Every line of the log begins with time and level, is plain, and has no value above 1 KB.</summary>
    public static string? FindUnsafeLine(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (!Line().IsMatch(line)) return $"no time and level: {line[..Math.Min(80, line.Length)]}";
            if (FindUnsafe(line) is { } found) return found;
            if (Value().Matches(line).FirstOrDefault(m => m.Length > MaxValue) is { } value) return TooLong(value.Value);
        }

        return null;
    }

    /// <summary>Looks at every text in an answer, names included.</summary>
    public static string? FindUnsafe(JsonNode? node) => node switch
    {
        JsonObject item => item.Select(p => FindUnsafe(p.Key) ?? FindUnsafe(p.Value)).FirstOrDefault(f => f is not null),
        JsonArray items => items.Select(FindUnsafe).FirstOrDefault(f => f is not null),
        JsonValue value when value.TryGetValue(out string? text) => text.Length > MaxValue ? TooLong(text) : FindUnsafe(text),
        _ => null,
    };

    private static string TooLong(string text) => $"{text.Length} characters: {text[..80]}";

    private static bool IsUnsafe(char c) => char.IsControl(c) || char.IsSurrogate(c)
        || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO |WARN |ERROR) [A-Z]")]
    private static partial Regex Line();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""")]
    private static partial Regex Value();
}
