using System.Globalization;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>
/// A part of a message's topic that is the value of a tag: <c>$topic</c> the whole topic, <c>$topic[1]</c> its second level,
/// <c>$topic[-1]</c> its last. Immutable; pure.
/// </summary>
/// <param name="Level">Index of the level, from 0, or from the end when it is negative; null for the whole topic.</param>
internal sealed record TopicPart(int? Level)
{
    private const string Prefix = "$topic";
    private const string Expected = "expected $topic or a level of the topic from 0, $topic[1], or from its end, $topic[-1]";

    /// <summary>True if a path is meant to be a part of the topic. No path into a payload begins like this.</summary>
    public static bool IsTopicPart(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Returns the part, or null and the error.</summary>
    public static TopicPart? Parse(string text, out ParseError? problem)
    {
        problem = null;
        var rest = text.AsSpan(Prefix.Length);
        if (rest.IsEmpty) return new TopicPart((int?)null);
        if (rest is ['[', .. var index, ']']
            && int.TryParse(index, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level))
            return new TopicPart(level);
        problem = new ParseError(Prefix.Length + 1, Expected);
        return null;
    }

    /// <summary>Returns this part of a topic, or null when the topic has no such level.</summary>
    public string? From(string topic)
    {
        if (Level is not { } level) return topic;
        var levels = topic.Split('/');
        var index = level < 0 ? levels.Length + level : level;
        return index >= 0 && index < levels.Length ? levels[index] : null;
    }
}
