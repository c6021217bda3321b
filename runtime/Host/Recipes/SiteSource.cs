using System.Globalization;
using System.Text;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes;

/// <summary>
/// Writes the C# that a recipe is compiled with: <c>Plant</c>, <c>Sinks</c> and <c>Site</c> with a member for everything in site.toml, so
/// that a misspelt name is a compile error and an editor can complete it.
/// </summary>
internal static class SiteSource
{
    /// <summary>Holds the plan builder that the host sets before it runs a recipe's top level.</summary>
    public const string PlanClass = "RecipePlan";

    /// <summary>Holds the guard, which the compiler's checks call.</summary>
    public const string GuardClass = "RecipeGuard";

    /// <summary>What a recipe may use without a <c>using</c>.</summary>
    public static readonly IReadOnlyList<string> Imports = ["System", "System.Collections.Generic", "System.Linq", "PlantRuntime.Contracts", "PlantRuntime.Recipes"];

    public static string Write(SiteModel site)
    {
        var text = new StringBuilder(Head(site));
        text.AppendLine($"internal static class {PlanClass} {{ public static PlantRuntime.Recipes.Plans.PlanBuilder Builder = null!; }}");
        text.AppendLine("/// <summary>The devices of the site.</summary>\npublic static class Plant\n{");
        foreach (var device in site.Devices) text.Append(Property(device));
        text.AppendLine("}\n/// <summary>The sinks of the site.</summary>\npublic static class Sinks\n{");
        foreach (var sink in site.Sinks) text.Append(Property(sink));
        text.AppendLine("}");
        foreach (var device in site.Devices) text.Append(DeviceClasses(device));
        return text.ToString();
    }

    /// <summary>What recipes and their tests have alike: the guard and <c>Site</c>.</summary>
    public static string Head(SiteModel site) => $$"""
        // Generated from site.toml.
        #nullable enable
        internal static class {{GuardClass}} { public static PlantRuntime.Recipes.Guard Guard = null!; public static void Check() => Guard.Check(); }

        """ + SiteClass(site);

    /// <summary>The same in pieces without comments, each with a name that a recipe must write to use it.</summary>
    public static IReadOnlyList<(string Name, string Text)> Members(SiteModel site) =>
    [
        ("Site", Code(SiteClass(site))),
        .. site.Devices.SelectMany(d => new[] { d.Name, $"{d.Name}_Device", $"{d.Name}_Tags" }, (d, name) => (name, Code(Property(d) + DeviceClasses(d)))),
        .. site.Sinks.Select(s => (s.Name, Code(Property(s)))),
    ];

    private static string Code(string text) =>
        string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith("///", StringComparison.Ordinal)));

    private static string SiteClass(SiteModel site) => $$"""
        /// <summary>The site.</summary>
        public static class Site
        {
            /// <summary>Name of the site.</summary>
            public const string Name = {{Literal(site.Name)}};
            /// <summary>Number of the plant.</summary>
            public const int PlantId = {{site.PlantId}};
            /// <summary>Tenant that the data belongs to.</summary>
            public const string Tenant = {{Literal(site.Tenant)}};
        }

        """;

    private static string Property(DeviceModel device) =>
        $"    /// <summary>{Comment($"{device.Driver}, {Counted.Of(device.Tags.Count, "tag")}")}</summary>\n    public static {device.Name}_Device @{device.Name} {{ get; }} = new();\n";

    private static string Property(SinkModel sink) =>
        $"    /// <summary>{Comment(sink.Sink)}</summary>\n    public static PlantRuntime.Recipes.SinkRef @{sink.Name} {{ get; }} = new({Literal(sink.Name)});\n";

    private static string DeviceClasses(DeviceModel device)
    {
        var text = new StringBuilder();
        text.AppendLine($$"""
            /// <summary>Device {{device.Name}}.</summary>
            public sealed class {{device.Name}}_Device() : PlantRuntime.Recipes.Device({{PlanClass}}.Builder, {{Literal(device.Name)}})
            {
                /// <summary>The names of its tags.</summary>
                public {{device.Name}}_Tags Tags { get; } = new();
            """);
        var taken = new HashSet<string>(StringComparer.Ordinal) { "Tags", "Name", "Scans", "Silent", "Block", $"{device.Name}_Device" };
        foreach (var (key, value) in device.Scalars)
        {
            if (Pascal(key) is var name && taken.Add(name)) text.AppendLine($"    /// <summary>Setting {Comment(key)}.</summary>\n    public {TypeOf(value)} {name} => {Literal(value)};");
        }

        text.AppendLine($"}}\n/// <summary>The tags of device {device.Name}: use them wherever an operator wants a tag's name.</summary>\npublic sealed class {device.Name}_Tags\n{{");
        var tags = new HashSet<string>(StringComparer.Ordinal) { $"{device.Name}_Tags" };
        foreach (var tag in device.Tags)
        {
            if (Identifier(tag.Name) is var name && tags.Add(name))
                text.AppendLine($"    /// <summary>{Comment($"{tag.Address} {tag.Unit} {tag.Description}".Trim())}</summary>\n    public string @{name} => {Literal(tag.Name)};");
        }

        return text.AppendLine("}").ToString();
    }

    public static string Literal(object value) => value switch
    {
        string text => $"\"{string.Concat(text.Select(Escape))}\"",
        bool truth => truth ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "d",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) + "L",
    };

    public static string Comment(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");

    /// <summary>A tag's name as a word of C#, to be written behind an @.</summary>
    public static string Identifier(string name)
    {
        var word = string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        return word.Length == 0 || char.IsDigit(word[0]) ? $"_{word}" : word;
    }

    private static string TypeOf(object value) => value switch { string => "string", bool => "bool", long => "long", _ => "double" };

    private static string Escape(char c) =>
        c is '"' or '\\' ? $"\\{c}" : char.IsAsciiLetterOrDigit(c) || (c >= ' ' && c < 127) ? c.ToString() : $"\\u{(int)c:x4}";

    /// <summary>unit_id → UnitId.</summary>
    private static string Pascal(string key) =>
        Identifier(string.Concat(key.Split('_', '-').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..])));
}
