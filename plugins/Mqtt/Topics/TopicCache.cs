using System.Text;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>
/// Caches the topic of each device and tag. One <see cref="PlantRuntime.Plugins.Mqtt.Payloads.MessageBuffer"/> owns it and calls it within
/// WriteAsync, one call at a time; not thread-safe. Performs no I/O.
/// </summary>
/// <param name="template">Template of the topics.</param>
/// <param name="fallback">Template for records that have no value for a name in <paramref name="template"/>, if configured.</param>
/// <param name="site">Name of the site.</param>
internal sealed class TopicCache(TopicTemplate template, TopicTemplate? fallback, string site)
{
    // Bounds the memory when recipes create an unlimited number of names: a full cache is cleared.
    private const int MaxTopics = 50_000;

    private readonly Dictionary<(string Device, string Tag), byte[]?> _topics = [];

    /// <summary>True when each tag of a scan is published as its own message.</summary>
    public bool IsByTag => template.HasTag;

    /// <summary>Returns the topic in UTF-8, or null when the record cannot be published.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="tag">Name of the tag; empty for a whole record.</param>
    public byte[]? Find(string device, string tag)
    {
        if (_topics.TryGetValue((device, tag), out var known)) return known;
        if (_topics.Count == MaxTopics) _topics.Clear();
        var topic = template.Expand(site, device, tag) ?? fallback?.Expand(site, device, tag);
        var utf8 = topic is null || TopicName.Validate(topic) is not null ? null : Encoding.UTF8.GetBytes(topic);
        return _topics[(device, tag)] = utf8;
    }

    /// <summary>Explains why <see cref="Find"/> returned null.</summary>
    public string DescribeProblem(string device, string tag)
    {
        if ((template.Expand(site, device, tag) ?? fallback?.Expand(site, device, tag)) is { } topic)
            return $"the topic {TopicName.Validate(topic)}";
        var missing = device.Length == 0 ? "device" : "tag";
        return $"the topic {template} needs a {missing}, and the record has none: set fallback_topic for such records";
    }
}
