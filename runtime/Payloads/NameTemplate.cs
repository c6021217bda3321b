using System.Text;

namespace PlantRuntime.Payloads;

/// <summary>
/// A text with placeholders for names, <c>plant/{device}</c>, in which a sink writes the topic or subject of its records. The rules of the
/// protocol for the text itself are those of the plugin. Immutable; performs no I/O.
/// </summary>
/// <param name="text">A template in which <see cref="Validate"/> finds no error.</param>
/// <param name="toPart">Converts a name to a legal part of the result.</param>
public sealed class NameTemplate(string text, Func<string, string> toPart)
{
    /// <summary>The placeholders, in the order of the arguments of <see cref="Expand"/>.</summary>
    public static readonly IReadOnlyList<string> Placeholders = ["{site}", "{device}", "{tag}"];

    private const string Expected = "expected {site}, {device} or {tag}";

    /// <summary>True when each tag of a scan has its own result.</summary>
    public bool HasTag { get; } = text.Contains("{tag}", StringComparison.Ordinal);

    /// <summary>Returns the error in the placeholders of a template, or null.</summary>
    /// <param name="template">The template.</param>
    /// <param name="literal">The template with a legal word of the same length in place of each placeholder.</param>
    public static string? Validate(string template, out string literal)
    {
        literal = "";
        var written = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            var open = template.AsSpan(at).IndexOfAny('{', '}');
            if (open < 0) open = template.Length - at;
            written.Append(template, at, open);
            at += open;
            if (at == template.Length) break;
            var close = template.IndexOf('}', at);
            var name = template[at] == '{' && close > at ? template[at..(close + 1)] : null;
            if (name is null) return $"has an unmatched brace at column {at + 1}: {Expected}";
            if (!Placeholders.Contains(name)) return $"has the unknown name {name} at column {at + 1}: {Expected}";
            written.Append('x', name.Length);
            at = close + 1;
        }

        literal = written.ToString();
        return null;
    }

    /// <summary>Returns the text with these names, or null when one that it uses is empty.</summary>
    public string? Expand(string site, string device, string tag)
    {
        var result = text;
        foreach (var (placeholder, name) in Placeholders.Zip([site, device, tag]))
        {
            if (!result.Contains(placeholder, StringComparison.Ordinal)) continue;
            if (name.Length == 0) return null;
            result = result.Replace(placeholder, toPart(name), StringComparison.Ordinal);
        }

        return result;
    }

    /// <summary>Returns the template as it is in site.toml.</summary>
    public override string ToString() => text;
}
