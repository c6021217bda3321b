using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PlantRuntime.Sites.Binding;

namespace PlantRuntime.Tools.Tests.Reference;

/// <summary>The comments of the options classes, from the documentation files that their projects write beside their objects.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, XElement> _members = new(StringComparer.Ordinal);

    /// <summary>Reads the files of the runtime and of all plugins.</summary>
    public static DocComments Load()
    {
        var comments = new DocComments();
        string[] folders =
        [
            .. new[] { "Sites", "Contracts", "Wire", "Serial" }.Select(name => Path.Combine("runtime", name)),
            .. Directory.GetDirectories(Path.Combine(RepoFolder.Root, "plugins")).Select(f => Path.Combine("plugins", Path.GetFileName(f))),
        ];
        foreach (var folder in folders)
        {
            // The latest of all configurations.
            var objects = Path.Combine(RepoFolder.Root, folder, "obj");
            var file = Directory.Exists(objects)
                ? Directory.GetFiles(objects, $"PlantRuntime.{Path.GetFileName(folder)}.xml", SearchOption.AllDirectories)
                    .MaxBy(File.GetLastWriteTimeUtc) : null;
            if (file is null) continue;
            foreach (var member in XDocument.Load(file).Descendants("member")) comments._members[member.Attribute("name")!.Value] = member;
        }

        return comments;
    }

    /// <summary>Returns the summary of a property as Markdown; null without one.</summary>
    public string? Summary(PropertyInfo property) => Text(Member(property)?.Element("summary"));

    /// <summary>Returns the example of a property; null without one.</summary>
    public string? Example(PropertyInfo property) => Member(property)?.Element("example")?.Value.Trim();

    /// <summary>Returns the summary of a member of an enum as Markdown; null without one.</summary>
    public string? Summary(FieldInfo member) =>
        Text(_members.GetValueOrDefault($"F:{Name(member.DeclaringType!)}.{member.Name}")?.Element("summary"));

    private XElement? Member(PropertyInfo property) => _members.GetValueOrDefault($"P:{Name(property.DeclaringType!)}.{property.Name}");

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null) return null;
        var text = new StringBuilder();
        foreach (var node in element.Nodes()) text.Append(node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "c" or "paramref" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see when see.Attribute("cref")?.Value is { } target => $"`{Reference(target)}`",
            XElement { Name.LocalName: "see" } see => $"`{see.Attribute("langword")?.Value}`",
            XElement other => other.Value,
            _ => "",
        });
        return Blanks().Replace(text.ToString(), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    /// <summary>A property is named by its key, anything else by its name.</summary>
    private static string Reference(string cref)
    {
        var name = cref.Split('(')[0].Split('.')[^1];
        return cref[..2] is "P:" or "F:" ? SnakeCase.From(name) : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
