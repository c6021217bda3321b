using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// An address of a tag in site.toml: <c>topic filter : path</c>, <c>topic filter : $topic[1]</c>, or a topic filter alone for a payload
/// that is the value itself. The colon has a blank on both sides, because topics may contain colons. Immutable; parsing performs no I/O.
/// </summary>
/// <param name="Filter">The topic filter whose messages carry the tag.</param>
/// <param name="Path">The steps into the JSON payload; empty for the payload itself.</param>
/// <param name="IsText">True when the payload is plain text and not JSON.</param>
/// <param name="Topic">The part of the topic that is the tag's value; null for a value from the payload.</param>
internal sealed record MqttAddress(string Filter, IReadOnlyList<JsonPathStep> Path, bool IsText, TopicPart? Topic = null)
{
    private const string Separator = " : ";
    private const string Text = "text";
    private const string Integer = "integer";
    private const string KnownTypes = "remove the type, because a JSON value has its own, or use \"text\" for a payload that is not JSON, "
        + "or \"integer\" for a number that never has decimals";

    /// <summary>True if the tag is an integer: JSON itself does not distinguish 25 from 25.0.</summary>
    public bool IsInteger { get; private init; }

    /// <summary>Parses the address of a tag. Returns null and a problem with its column when the address is invalid.</summary>
    public static MqttAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        var address = tag.Address;
        var separator = address.IndexOf(Separator, StringComparison.Ordinal);
        var filter = separator < 0 ? address : address[..separator].TrimEnd();
        IReadOnlyList<JsonPathStep>? path = [];
        TopicPart? topic = null;
        var error = TopicFilter.Validate(filter) ?? FindLoneColon(filter);
        if (error is null && separator >= 0) path = ParsePath(address, separator + Separator.Length, out topic, out error);
        problem = error is null ? CheckType(tag, separator >= 0) : new AddressProblem(tag, error.Message, error.Column);
        if (problem is not null) return null;
        return new MqttAddress(filter, path!, IsType(tag, Text), topic) { IsInteger = IsType(tag, Integer) };
    }

    private static IReadOnlyList<JsonPathStep>? ParsePath(string address, int start, out TopicPart? topic, out ParseError? error)
    {
        while (start < address.Length && address[start] == ' ') start++;
        var text = address[start..].TrimEnd();
        IReadOnlyList<JsonPathStep>? path = [];
        topic = null;
        if (TopicPart.IsTopicPart(text)) topic = TopicPart.Parse(text, out error);
        else path = JsonPath.Parse(text, out error);
        if (error is not null) error = error with { Column = start + error.Column };
        return path;
    }

    private static ParseError? FindLoneColon(string filter)
    {
        for (var at = filter.IndexOf(':'); at >= 0; at = filter.IndexOf(':', at + 1))
        {
            var lacksBlank = at + 1 == filter.Length || filter[at + 1] == ' ' || filter[at - (at > 0 ? 1 : 0)] == ' ';
            if (lacksBlank)
                return new ParseError(at + 1, "the colon before a path needs a blank on both sides: plant/press : values.temperature");
        }

        return null;
    }

    private static bool IsType(TagDefinition tag, string type) => type.Equals(tag.Type, StringComparison.OrdinalIgnoreCase);

    private static AddressProblem? CheckType(TagDefinition tag, bool hasPath)
    {
        if (tag.Type is null || IsType(tag, Integer)) return null;
        if (!IsType(tag, Text))
            return new AddressProblem(tag, $"type '{tag.Type}' is unknown: {KnownTypes}", 0);
        const string PathAndText = "type text reads the whole payload, so a path is not possible: remove the path or the type";
        return hasPath ? new AddressProblem(tag, PathAndText, 0) : null;
    }
}
