using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>A topic with placeholders for names: <c>plant/{device}</c>. Immutable; performs no I/O.</summary>
/// <param name="text">A template that <see cref="Validate"/> accepts.</param>
internal sealed class TopicTemplate(string text)
{
    private const string Expected = "expected {site}, {device} or {tag}";

    /// <summary>True when each tag of a scan has its own topic.</summary>
    public bool HasTag { get; } = text.Contains("{tag}", StringComparison.Ordinal);

    /// <summary>Returns the error in a template, or null.</summary>
    public static string? Validate(string template)
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
            if (name is null) return $"has an unmatched brace at column {at + 1}: {Expected}";
            if (name is not ("site" or "device" or "tag")) return $"has the unknown name {{{name}}} at column {at + 1}: {Expected}";
            literal.Append('x', name.Length + 2);
            at = close + 1;
        }

        return TopicName.Validate(literal.ToString());
    }

    /// <summary>Returns the topic, or null when one of its names is empty.</summary>
    public string? Expand(string site, string device, string tag)
    {
        var topic = text;
        foreach (var (placeholder, name) in new[] { ("{site}", site), ("{device}", device), ("{tag}", tag) })
        {
            if (!topic.Contains(placeholder, StringComparison.Ordinal)) continue;
            if (name.Length == 0) return null;
            topic = topic.Replace(placeholder, TopicName.ToLevel(name), StringComparison.Ordinal);
        }

        return topic;
    }

    public override string ToString() => text;
}
