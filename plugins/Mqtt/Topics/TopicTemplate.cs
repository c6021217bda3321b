using PlantRuntime.Payloads;

namespace PlantRuntime.Plugins.Mqtt.Topics;

/// <summary>A topic with placeholders for names: <c>plant/{device}</c>. Immutable; performs no I/O.</summary>
/// <param name="text">A template that <see cref="Validate"/> accepts.</param>
internal sealed class TopicTemplate(string text)
{
    private readonly NameTemplate _names = new(text, TopicName.ToLevel);

    /// <inheritdoc cref="NameTemplate.HasTag"/>
    public bool HasTag => _names.HasTag;

    /// <summary>Returns the error in a template, or null.</summary>
    public static string? Validate(string template) =>
        NameTemplate.Validate(template, out var literal) ?? TopicName.Validate(literal);

    /// <summary>Returns the topic, or null when one of its names is empty.</summary>
    public string? Expand(string site, string device, string tag) => _names.Expand(site, device, tag);

    public override string ToString() => text;
}
