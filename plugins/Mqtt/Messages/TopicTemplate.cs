using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Messages;

/// <summary>A topic with places for names: <c>plant/{device}</c>. Pure.</summary>
/// <param name="text">A template in which <see cref="ProblemOf"/> finds nothing.</param>
internal sealed class TopicTemplate(string text)
{
    private const string Expected = "expected {site}, {device} or {tag}";

    /// <summary>True when each tag of a scan has a topic of its own.</summary>
    public bool HasTag { get; } = text.Contains("{tag}", StringComparison.Ordinal);

    /// <summary>What is wrong with a template, or null.</summary>
    public static string? ProblemOf(string template)
    {
        var literal = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            var open = template.AsSpan(at).IndexOfAny('{', '}');
            if (open < 0) open = template.Length - at;
            literal.Append(template, at, open);
            at += open;
            if (at == template.Length) break;
            var close = template.IndexOf('}', at);
            var name = template[at] == '{' && close > at ? template[(at + 1)..close] : null;
            if (name is null) return $"has a brace without its partner at column {at + 1}: {Expected}";
            if (name is not ("site" or "device" or "tag")) return $"has the unknown name {{{name}}} at column {at + 1}: {Expected}";
            literal.Append('x', name.Length + 2);
            at = close + 1;
        }

        return TopicText.ProblemOf(literal.ToString());
    }

    /// <summary>The topic, or null when a name that it asks for is empty.</summary>
    public string? Resolve(string site, string device, string tag)
    {
        var topic = text;
        foreach (var (place, name) in new[] { ("{site}", site), ("{device}", device), ("{tag}", tag) })
        {
            if (!topic.Contains(place, StringComparison.Ordinal)) continue;
            if (name.Length == 0) return null;
            topic = topic.Replace(place, TopicText.Level(name), StringComparison.Ordinal);
        }

        return topic;
    }

    public override string ToString() => text;
}
