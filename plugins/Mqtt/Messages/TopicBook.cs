using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Messages;

/// <summary>The topics of devices and tags, each worked out once.</summary>
/// <param name="template">Where records go.</param>
/// <param name="fallback">Where those go for which a name has no value, if anywhere.</param>
/// <param name="site">Name of the site.</param>
internal sealed class TopicBook(TopicTemplate template, TopicTemplate? fallback, string site)
{
    // Far more than tags of a site; only recipes that invent names without end get beyond.
    private const int Most = 50_000;

    private readonly Dictionary<(string Device, string Tag), byte[]?> _topics = [];

    /// <summary>True when scans are published one message a tag.</summary>
    public bool IsByTag => template.HasTag;

    /// <summary>The topic in UTF-8, or null when the record cannot be published.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="tag">Name of the tag; empty when there is none.</param>
    public byte[]? Find(string device, string tag)
    {
        if (_topics.TryGetValue((device, tag), out var known)) return known;
        if (_topics.Count == Most) _topics.Clear();
        var topic = template.Resolve(site, device, tag) ?? fallback?.Resolve(site, device, tag);
        var utf8 = topic is null || TopicText.ProblemOf(topic) is not null ? null : Encoding.UTF8.GetBytes(topic);
        return _topics[(device, tag)] = utf8;
    }

    /// <summary>Why <see cref="Find"/> found none.</summary>
    public string ProblemOf(string device, string tag)
    {
        if ((template.Resolve(site, device, tag) ?? fallback?.Resolve(site, device, tag)) is { } topic)
            return $"the topic {TopicText.ProblemOf(topic)}";
        var missing = device.Length == 0 ? "device" : "tag";
        return $"the topic {template} needs a {missing}, and the record has none: give fallback_topic for such records";
    }
}
