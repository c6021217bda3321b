using System.Text;

namespace PlantRuntime.Plugins.Nats.Subjects;

/// <summary>A subject with placeholders for names: <c>plant.{site}.{device}</c>. Immutable; performs no I/O.</summary>
/// <param name="text">A template that <see cref="Validate"/> accepts.</param>
internal sealed class SubjectTemplate(string text)
{
    private const string Expected = "expected {site}, {device} or {tag}";

    private static readonly string[] s_placeholders = ["{site}", "{device}", "{tag}"];

    /// <summary>True when each tag of a scan has its own subject.</summary>
    public bool HasTag { get; } = text.Contains("{tag}", StringComparison.Ordinal);

    /// <summary>The pattern that matches all subjects of the template: <c>plant.*.*</c>.</summary>
    public string Pattern { get; } = string.Join('.', text.Split('.')
        .Select(token => Array.Exists(s_placeholders, p => token.Contains(p, StringComparison.Ordinal)) ? "*" : token));

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
            var name = template[at] == '{' && close > at ? template[at..(close + 1)] : null;
            if (name is null) return $"has an unmatched brace at column {at + 1}: {Expected}";
            if (!s_placeholders.Contains(name)) return $"has the unknown name {name} at column {at + 1}: {Expected}";
            literal.Append('x', name.Length);
            at = close + 1;
        }

        if (template.StartsWith('$')) return "begins with '$': such subjects belong to the server";
        return SubjectName.Validate(literal.ToString())?.Message;
    }

    /// <summary>Returns the subject, or null when one of its names is empty.</summary>
    public string? Expand(string site, string device, string tag)
    {
        var subject = text;
        foreach (var (placeholder, name) in s_placeholders.Zip([site, device, tag]))
        {
            if (!subject.Contains(placeholder, StringComparison.Ordinal)) continue;
            if (name.Length == 0) return null;
            subject = subject.Replace(placeholder, SubjectName.ToToken(name), StringComparison.Ordinal);
        }

        return subject;
    }

    public override string ToString() => text;
}
