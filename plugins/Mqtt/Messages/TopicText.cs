using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Messages;

/// <summary>What a topic name may hold (MQTT 5.0, sections 4.7 and 1.5.4): no wildcards, no U+0000, better no control characters.</summary>
internal static class TopicText
{
    private const char Stand = '_';

    /// <summary>What is wrong with a topic name, or null.</summary>
    public static string? ProblemOf(string topic)
    {
        if (topic.Length == 0) return "is empty; for instance \"plant/{device}\"";
        if (topic.AsSpan().IndexOfAny('+', '#') is var at and >= 0)
            return $"has the wildcard '{topic[at]}' at column {at + 1}: a message is published to one topic";
        if (!IsLegal(topic)) return "holds a control character or half of a character";
        return Encoding.UTF8.GetByteCount(topic) > ushort.MaxValue ? "is longer than 65535 bytes" : null;
    }

    /// <summary>True without control characters, non-characters and halves of characters: brokers close the connection over them.</summary>
    public static bool IsLegal(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsLegal(rune)) return false;
        }

        return true;
    }

    /// <summary>A name as one level of a topic: <c>/ + #</c> and what is not legal become <c>_</c>.</summary>
    public static string Level(string name)
    {
        var level = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsLegal(rune) || rune.Value is '/' or '+' or '#') level.Append(Stand);
            else level.Append(rune.ToString());
        }

        return level.ToString();
    }

    // EnumerateRunes shows half of a surrogate pair as U+FFFD; the last two of each plane and U+FDD0 to U+FDEF are non-characters.
    private static bool IsLegal(Rune rune) =>
        Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control
        && rune != Rune.ReplacementChar && (rune.Value & 0xFFFE) != 0xFFFE && rune.Value is not (>= 0xFDD0 and <= 0xFDEF);
}
