using System.Text;
using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Payloads;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>
/// Topic filters (MQTT 5.0, sections 4.7 and 4.8.2): <c>+</c> stands for one level, <c>#</c> for the rest, <c>$share/group/filter</c> for a
/// share of what matches the filter. Pure.
/// </summary>
internal static class TopicFilter
{
    private const string Share = "$share/";

    /// <summary>What is wrong with a filter, or null.</summary>
    public static TextProblem? ProblemOf(string filter)
    {
        if (!TopicText.IsLegal(filter)) return new TextProblem(1, "the topic holds a control character or half of a character");
        if (Encoding.UTF8.GetByteCount(filter) > ushort.MaxValue) return new TextProblem(1, "the topic is longer than 65535 bytes");
        var at = 0;
        if (filter.StartsWith(Share, StringComparison.Ordinal))
        {
            var slash = filter.IndexOf('/', Share.Length);
            if (slash <= Share.Length) return new TextProblem(Share.Length + 1, "expected $share/group/topic");
            if (filter.AsSpan(Share.Length, slash - Share.Length).IndexOfAny('+', '#') is var wild and >= 0)
                return new TextProblem(Share.Length + wild + 1, "the name of a group has no wildcards");
            at = slash + 1;
        }

        if (at == filter.Length) return new TextProblem(at + 1, "expected a topic, for instance plant/press or plant/+/temperature");
        for (var i = at; i < filter.Length; i++)
        {
            var isAlone = (i == at || filter[i - 1] == '/') && (i + 1 == filter.Length || filter[i + 1] == '/');
            if (filter[i] is '+' or '#' && !isAlone)
                return new TextProblem(i + 1, $"'{filter[i]}' stands for whole levels: nothing but '/' may be beside it");
            if (filter[i] == '#' && i + 1 < filter.Length)
                return new TextProblem(i + 1, "'#' stands for all that follows, so it is the last");
        }

        return null;
    }

    /// <summary>Whether a message of this topic is one of the filter's.</summary>
    public static bool Matches(string filter, string topic)
    {
        var pattern = filter.AsSpan();
        if (pattern.StartsWith(Share)) pattern = pattern[(filter.IndexOf('/', Share.Length) + 1)..];
        // Wildcards do not match topics of the broker's own, $SYS and the like (section 4.7.2).
        if (topic[0] == '$' && pattern[0] is '+' or '#') return false;
        var rest = topic.AsSpan();
        while (pattern is not "#")
        {
            var (wanted, level) = (LevelLength(pattern), LevelLength(rest));
            if (pattern[..wanted] is not "+" && !pattern[..wanted].SequenceEqual(rest[..level])) return false;
            var (isLastWanted, isLast) = (wanted == pattern.Length, level == rest.Length);
            // "a/#" is "a" too (section 4.7.1.2).
            if (isLast) return isLastWanted || pattern[(wanted + 1)..] is "#";
            if (isLastWanted) return false;
            pattern = pattern[(wanted + 1)..];
            rest = rest[(level + 1)..];
        }

        return true;
    }

    private static int LevelLength(ReadOnlySpan<char> text) => text.IndexOf('/') is var slash and >= 0 ? slash : text.Length;
}
