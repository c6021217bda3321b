using System.Text;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>
/// Validates and matches topic filters (MQTT 5.0, sections 4.7 and 4.8.2): <c>+</c> matches one level, <c>#</c> all following levels, and
/// <c>$share/group/filter</c> shares the messages of the filter in a group. Pure.
/// </summary>
internal static class TopicFilter
{
    private const string Share = "$share/";

    /// <summary>Returns the error in a filter, or null.</summary>
    public static ParseError? Validate(string filter)
    {
        if (!TopicName.IsLegal(filter)) return new ParseError(1, "the topic contains a control character or half of a surrogate pair");
        if (Encoding.UTF8.GetByteCount(filter) > ushort.MaxValue) return new ParseError(1, "the topic is longer than 65535 bytes");
        var at = 0;
        if (filter.StartsWith(Share, StringComparison.Ordinal))
        {
            var slash = filter.IndexOf('/', Share.Length);
            if (slash <= Share.Length) return new ParseError(Share.Length + 1, "expected $share/group/topic");
            if (filter.AsSpan(Share.Length, slash - Share.Length).IndexOfAny('+', '#') is var wild and >= 0)
                return new ParseError(Share.Length + wild + 1, "the name of a group must not contain wildcards");
            at = slash + 1;
        }

        if (at == filter.Length) return new ParseError(at + 1, "expected a topic, for instance plant/press or plant/+/temperature");
        for (var i = at; i < filter.Length; i++)
        {
            var isAlone = (i == at || filter[i - 1] == '/') && (i + 1 == filter.Length || filter[i + 1] == '/');
            if (filter[i] is '+' or '#' && !isAlone)
                return new ParseError(i + 1, $"'{filter[i]}' matches whole levels: only '/' may be beside it");
            if (filter[i] == '#' && i + 1 < filter.Length)
                return new ParseError(i + 1, "'#' matches all following levels, so it must be the last character");
        }

        return null;
    }

    /// <summary>Returns true if a filter matches a topic.</summary>
    public static bool Matches(string filter, string topic)
    {
        var pattern = filter.AsSpan();
        if (pattern.StartsWith(Share)) pattern = pattern[(filter.IndexOf('/', Share.Length) + 1)..];
        // A wildcard at the start does not match the broker's own topics, such as $SYS (section 4.7.2).
        if (topic[0] == '$' && pattern[0] is '+' or '#') return false;
        var rest = topic.AsSpan();
        while (pattern is not "#")
        {
            var (wanted, level) = (LevelLength(pattern), LevelLength(rest));
            if (pattern[..wanted] is not "+" && !pattern[..wanted].SequenceEqual(rest[..level])) return false;
            var (isLastWanted, isLast) = (wanted == pattern.Length, level == rest.Length);
            // "a/#" also matches "a" (section 4.7.1.2).
            if (isLast) return isLastWanted || pattern[(wanted + 1)..] is "#";
            if (isLastWanted) return false;
            pattern = pattern[(wanted + 1)..];
            rest = rest[(level + 1)..];
        }

        return true;
    }

    private static int LevelLength(ReadOnlySpan<char> text) => text.IndexOf('/') is var slash and >= 0 ? slash : text.Length;
}
