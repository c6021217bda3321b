using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>
/// Checks topic names (MQTT 5.0, sections 4.7 and 1.5.4) and converts names to topic levels. A topic name has no wildcards, no U+0000, and
/// no other control characters, over which some brokers close the connection. Pure.
/// </summary>
internal static class TopicName
{
    private const char Replacement = '_';

    /// <summary>Returns the error in a topic name, or null.</summary>
    public static string? Validate(string topic)
    {
        if (topic.Length == 0) return "is empty; for instance \"plant/{device}\"";
        if (topic.AsSpan().IndexOfAny('+', '#') is var at and >= 0)
            return $"has the wildcard '{topic[at]}' at column {at + 1}: a message is published to one topic";
        if (!IsLegal(topic)) return "contains a control character or half of a surrogate pair";
        return Encoding.UTF8.GetByteCount(topic) > ushort.MaxValue ? "is longer than 65535 bytes" : null;
    }

    /// <summary>
    /// Returns true if the text has no control characters, non-characters or halves of surrogate pairs. Also used for topic filters and
    /// client ids; checks neither wildcards nor length.
    /// </summary>
    public static bool IsLegal(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsLegal(rune)) return false;
        }

        return true;
    }

    /// <summary>Converts a name to one topic level: <c>/ + #</c> and illegal characters become <c>_</c>.</summary>
    public static string ToLevel(string name)
    {
        var level = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsLegal(rune) || rune.Value is '/' or '+' or '#') level.Append(Replacement);
            else level.Append(rune.ToString());
        }

        return level.ToString();
    }

    // EnumerateRunes returns U+FFFD for half of a surrogate pair. U+FDD0 to U+FDEF and the last two of each plane are non-characters.
    private static bool IsLegal(Rune rune) =>
        Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control
        && rune != Rune.ReplacementChar && (rune.Value & 0xFFFE) != 0xFFFE && rune.Value is not (>= 0xFDD0 and <= 0xFDEF);
}
