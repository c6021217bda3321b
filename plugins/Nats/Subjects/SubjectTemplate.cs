using PlantRuntime.Payloads;

namespace PlantRuntime.Plugins.Nats.Subjects;

/// <summary>A subject with placeholders for names: <c>plant.{site}.{device}</c>. Immutable; performs no I/O.</summary>
/// <param name="text">A template that <see cref="Validate"/> accepts.</param>
internal sealed class SubjectTemplate(string text)
{
    private readonly NameTemplate _names = new(text, SubjectName.ToToken);

    /// <inheritdoc cref="NameTemplate.HasTag"/>
    public bool HasTag => _names.HasTag;

    /// <summary>The pattern that matches all subjects of the template: <c>plant.*.*</c>.</summary>
    public string Pattern { get; } = string.Join('.', text.Split('.')
        .Select(token => NameTemplate.Placeholders.Any(p => token.Contains(p, StringComparison.Ordinal)) ? "*" : token));

    /// <summary>Returns the error in a template, or null.</summary>
    public static string? Validate(string template) => NameTemplate.Validate(template, out var literal)
        ?? (template.StartsWith('$') ? "begins with '$': such subjects belong to the server" : SubjectName.Validate(literal)?.Message);

    /// <summary>Returns the subject, or null when one of its names is empty.</summary>
    public string? Expand(string site, string device, string tag) => _names.Expand(site, device, tag);

    public override string ToString() => text;
}
