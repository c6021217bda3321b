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
        var text = new StringBuilder($$"""
            // Generated from site.toml.
            #nullable enable
            internal static class {{GuardClass}} { public static PlantRuntime.Recipes.Guard Guard = null!; public static void Check() => Guard.Check(); }
            internal static class {{PlanClass}} { public static PlantRuntime.Recipes.Plans.PlanBuilder Builder = null!; }

            """);
        text.Append(SiteClass(site));
        WritePlant(text, site);
        WriteSinks(text, site);
        foreach (var device in site.Devices) WriteDevice(text, device);
        return text.ToString();
    }

    public static string SiteClass(SiteModel site) => $$"""
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

    private static void WritePlant(StringBuilder text, SiteModel site)
    {
        text.AppendLine("/// <summary>The devices of the site.</summary>\npublic static class Plant\n{");
        foreach (var device in site.Devices)
            text.AppendLine($"    /// <summary>{Comment($"{device.Driver}, {device.Tags.Count} tags")}</summary>\n    public static {device.Name}_Device @{device.Name} {{ get; }} = new();");
        text.AppendLine("}");
    }

    private static void WriteSinks(StringBuilder text, SiteModel site)
    {
        text.AppendLine("/// <summary>The sinks of the site.</summary>\npublic static class Sinks\n{");
        foreach (var sink in site.Sinks)
            text.AppendLine($"    /// <summary>{Comment(sink.Sink)}</summary>\n    public static PlantRuntime.Recipes.SinkRef @{sink.Name} {{ get; }} = new({Literal(sink.Name)});");
        text.AppendLine("}");
    }

    private static void WriteDevice(StringBuilder text, DeviceModel device)
    {
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

        text.AppendLine("}");
    }

    private static string TypeOf(object value) => value switch { string => "string", bool => "bool", long => "long", _ => "double" };

    public static string Literal(object value) => value switch
    {
        string text => $"\"{string.Concat(text.Select(Escape))}\"",
        bool truth => truth ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "d",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) + "L",
    };

    private static string Escape(char c) =>
        c is '"' or '\\' ? $"\\{c}" : char.IsAsciiLetterOrDigit(c) || (c >= ' ' && c < 127) ? c.ToString() : $"\\u{(int)c:x4}";

    public static string Comment(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");

    /// <summary>unit_id → UnitId.</summary>
    private static string Pascal(string key) =>
        Identifier(string.Concat(key.Split('_', '-').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..])));

    public static string Identifier(string name)
    {
        var word = string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        return word.Length == 0 || char.IsDigit(word[0]) ? $"_{word}" : word;
    }
}
