using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// Reads <c>topic filter : path</c>, or a topic filter alone for a bare payload. The colon has blanks on both sides, since topics may hold
/// colons too. Pure.
/// </summary>
internal static class MqttAddressParser
{
    private const string Separator = " : ";
    private const string Text = "text";
    private const string KnownTypes = "JSON says itself what a value is, so leave the type out, or \"text\" for a payload that is no JSON";

    /// <summary>The address, or null and what is wrong with it.</summary>
    public static MqttAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        var address = tag.Address;
        var separator = address.IndexOf(Separator, StringComparison.Ordinal);
        var filter = separator < 0 ? address : address[..separator].TrimEnd();
        IReadOnlyList<PathStep>? path = [];
        var wrong = TopicFilter.ProblemOf(filter) ?? LoneColon(filter);
        if (wrong is null && separator >= 0) path = PathAt(address, separator + Separator.Length, out wrong);
        problem = wrong is null ? TypeProblem(tag, separator >= 0) : new AddressProblem(tag, wrong.Message, wrong.Column);
        return problem is null ? new MqttAddress(filter, path!, tag.Type is not null) : null;
    }

    private static IReadOnlyList<PathStep>? PathAt(string address, int start, out TextProblem? problem)
    {
        while (start < address.Length && address[start] == ' ') start++;
        var path = JsonPath.Parse(address[start..].TrimEnd(), out problem);
        if (problem is not null) problem = problem with { Column = start + problem.Column };
        return path;
    }

    private static TextProblem? LoneColon(string filter)
    {
        for (var at = filter.IndexOf(':'); at >= 0; at = filter.IndexOf(':', at + 1))
        {
            var isLone = at + 1 == filter.Length || filter[at + 1] == ' ' || filter[at - (at > 0 ? 1 : 0)] == ' ';
            if (isLone)
                return new TextProblem(at + 1, "the colon before a path has a blank on both sides: plant/press : values.temperature");
        }

        return null;
    }

    private static AddressProblem? TypeProblem(TagDefinition tag, bool hasPath)
    {
        if (tag.Type is null) return null;
        if (!tag.Type.Equals(Text, StringComparison.OrdinalIgnoreCase))
            return new AddressProblem(tag, $"type '{tag.Type}' is unknown: {KnownTypes}", 0);
        return hasPath ? new AddressProblem(tag, "type text takes the whole payload as it stands, so there can be no path", 0) : null;
    }
}
