using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Generates the C# that a recipe is compiled with: <c>Plant</c>, <c>Sinks</c> and <c>Site</c> with a member for everything in site.toml,
/// so that a misspelt name is a compile error and an editor can complete it. Pure: returns text, writes no file.
/// </summary>
internal static class SiteCodeGenerator
{
    /// <summary>Holds the plan builder that the host sets before it runs a recipe's top level.</summary>
    public const string PlanClass = "RecipePlan";

    /// <summary>Holds the guard, which the compiler's checks call.</summary>
    public const string GuardClass = "RecipeGuard";

    private const string SiteFlows = $"""
            /// <summary>Alerts of devices, sinks, queues, the disk and recipes, when a problem begins and when it is over.</summary>
            public static PlantRuntime.Recipes.Flow<PlantRuntime.Recipes.Alert> Alerts =>
                new PlantRuntime.Recipes.SiteFlows({PlanClass}.Builder).Alerts;
            /// <summary>The state of the host: Site.Health.Every(1.Minutes).</summary>
            public static PlantRuntime.Recipes.HealthSource Health => new PlantRuntime.Recipes.SiteFlows({PlanClass}.Builder).Health;

        """;

    /// <summary>Namespaces that a recipe may use without a <c>using</c>.</summary>
    public static readonly IReadOnlyList<string> Imports = ["System", "System.Collections.Generic", "System.Linq", "PlantRuntime.Contracts",
        "PlantRuntime.Recipes"];

    /// <summary>Writes the C# for a site, or the part of it that a recipe can use.</summary>
    /// <param name="site">The site.</param>
    /// <param name="words">
    /// The words of the recipe. Devices, tags and sinks with other names are left out: the time and memory of a compilation then depend on
    /// the recipe, not on the size of the site. Null to leave nothing out.
    /// </param>
    public static string Write(SiteModel site, IReadOnlySet<string>? words = null)
    {
        DeviceModel[] devices = [.. site.Devices.Where(d => words is null || Names(d).Any(words.Contains))];
        var text = new StringBuilder(Head(site, SiteFlows));
        text.AppendLine($"internal static class {PlanClass} {{ public static PlantRuntime.Recipes.Plans.PlanBuilder Builder = null!; }}");
        text.AppendLine("/// <summary>The devices of the site.</summary>\npublic static class Plant\n{");
        foreach (var device in devices) text.Append(Property(device));
        text.AppendLine("}\n/// <summary>The sinks of the site.</summary>\npublic static class Sinks\n{");
        foreach (var sink in site.Sinks.Where(s => words is null || words.Contains(s.Name))) text.Append(Property(sink));
        text.AppendLine("}");
        foreach (var device in devices) text.Append(DeviceClasses(device, words));
        return text.ToString();
    }

    /// <summary>Returns the part that recipes and their tests share: the guard and <c>Site</c>.</summary>
    /// <param name="site">The site.</param>
    /// <param name="members">More members of <c>Site</c>.</param>
    public static string Head(SiteModel site, string members) => $$"""
        // Generated from site.toml.
        #nullable enable
        internal static class {{GuardClass}} { public static PlantRuntime.Recipes.ExecutionGuard Guard = null!; public static void Check() => Guard.Check(); }

        """ + SiteClass(site, members);

    /// <summary>
    /// Returns the hash of each member without its comments, with the name that a recipe must contain to use it.
    /// </summary>
    public static IReadOnlyList<(string Name, string Hash)> Members(SiteModel site) =>
    [
        ("Site", Hash(SiteClass(site, SiteFlows))),
        .. site.Devices.SelectMany(d =>
        {
            var hash = Hash(Property(d) + DeviceClasses(d, words: null));
            return Names(d).Select(name => (name, hash));
        }),
        .. site.Sinks.Select(s => (s.Name, Hash(Property(s)))),
    ];

    /// <summary>Returns the SHA-256 of generated C# without its comments, in hex.</summary>
    public static string Hash(string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.TrimStart().StartsWith("///", StringComparison.Ordinal)) hash.AppendData(MemoryMarshal.AsBytes(line));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Returns the names by which a recipe reaches a device: its property and its three classes.</summary>
    private static string[] Names(DeviceModel device) =>
        [device.Name, $"{device.Name}_Device", $"{device.Name}_Tags", $"{device.Name}_Properties"];

    private static string SiteClass(SiteModel site, string members) => $$"""
        /// <summary>The site.</summary>
        public static class Site
        {
            /// <summary>Name of the site.</summary>
            public const string Name = {{Literal(site.Name)}};
            /// <summary>Number of the plant.</summary>
            public const int PlantId = {{site.PlantId}};
            /// <summary>Tenant that the data belongs to.</summary>
            public const string Tenant = {{Literal(site.Tenant)}};
        {{members}}}

        """;

    /// <summary>A device is made when it is first used: a recipe uses few of the devices of a large site.</summary>
    private static string Property(DeviceModel device) =>
        $"    /// <summary>{Comment($"{device.Driver}, {Plural.Format(device.Tags.Count, "tag")}")}</summary>\n    public static {device.Name}_Device @{device.Name} => field ??= new();\n";

    private static string Property(SinkModel sink) =>
        $"    /// <summary>{Comment(sink.Sink)}</summary>\n    public static PlantRuntime.Recipes.SinkRef @{sink.Name} => field ??= new({Literal(sink.Name)});\n";

    private static string DeviceClasses(DeviceModel device, IReadOnlySet<string>? words)
    {
        var text = new StringBuilder();
        text.AppendLine($$"""
            /// <summary>Device {{device.Name}}.</summary>
            public sealed class {{device.Name}}_Device() : PlantRuntime.Recipes.Device({{PlanClass}}.Builder, {{Literal(device.Name)}})
            {
                /// <summary>The names of its tags.</summary>
                public {{device.Name}}_Tags Tags { get; } = new();
                /// <summary>Its own properties in site.toml.</summary>
                public {{device.Name}}_Properties Properties { get; } = new();
            """);
        string[] members = ["Tags", "Properties", "Name", "Scans", "Silent", "Every", "Block", $"{device.Name}_Device"];
        var taken = members.ToHashSet(StringComparer.Ordinal);
        foreach (var (key, value) in device.Scalars)
        {
            if (Pascal(key) is var name && taken.Add(name))
                text.AppendLine(
                    $"    /// <summary>Setting {Comment(key)}.</summary>\n    public {TypeOf(value)} {name} => {Literal(value)};");
        }

        text.AppendLine(
            $"}}\n/// <summary>The tags of device {device.Name}: use them wherever an operator wants a tag's name.</summary>\npublic sealed class {device.Name}_Tags\n{{");
        var tags = new HashSet<string>(StringComparer.Ordinal) { $"{device.Name}_Tags" };
        foreach (var tag in device.Tags)
        {
            if (Identifier(tag.Name) is var name && words?.Contains(name) != false && tags.Add(name))
                text.AppendLine(
                    $"    /// <summary>{Comment($"{tag.Address} {tag.Unit} {tag.Description}".Trim())}</summary>\n    public string @{name} => {Literal(tag.Name)};");
        }

        text.AppendLine($"}}\n/// <summary>The properties of device {device.Name}.</summary>\npublic sealed class {device.Name}_Properties\n{{");
        foreach (var (key, value) in device.Properties)
            text.AppendLine($"    /// <summary>Property {Comment(key)}.</summary>\n    public {TypeOf(value)} @{key} => {Literal(value)};");
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

    /// <summary>Returns a tag's name as an identifier, to be written behind an @.</summary>
    public static string Identifier(string name)
    {
        var isWord = name.All(c => char.IsLetterOrDigit(c) || c == '_');
        var word = isWord ? name : string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? c : '_'));
        return word.Length == 0 || char.IsDigit(word[0]) ? $"_{word}" : word;
    }

    private static string TypeOf(object value) => value switch { string => "string", bool => "bool", long => "long", _ => "double" };

    private static string Escape(char c) =>
        c is '"' or '\\' ? $"\\{c}" : char.IsAsciiLetterOrDigit(c) || (c >= ' ' && c < 127) ? c.ToString() : $"\\u{(int)c:x4}";

    /// <summary>Returns a key in Pascal case: unit_id becomes UnitId.</summary>
    private static string Pascal(string key) =>
        Identifier(string.Concat(key.Split('_', '-').Where(part => part.Length > 0)
            .Select(part => char.ToUpperInvariant(part[0]) + part[1..])));
}
