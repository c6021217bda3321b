using System.Text.RegularExpressions;

namespace PlantRuntime.Architecture.Tests;

/// <summary>The dependencies between the namespaces of the engine, by its sources.</summary>
public partial class EngineTests
{
    /// <summary>Each namespace with those that it may use: Supervision ← Plugins ← Devices, Sinks ← RecipeHost ← Reload.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Supervision"] = [],
        ["Plugins"] = ["Supervision"],
        ["Leases"] = ["Supervision"],
        ["Devices"] = ["Supervision", "Plugins"],
        ["Sinks"] = ["Supervision", "Plugins", "Leases"],
        ["RecipeHost"] = ["Supervision", "Plugins", "Leases", "Devices", "Sinks"],
        ["Reload"] = ["Supervision", "Plugins", "Leases", "Devices", "Sinks", "RecipeHost"],
    };

    public static TheoryData<string> Namespaces => [.. s_allowed.Keys];

    [Fact]
    public void Every_folder_of_the_engine_has_a_rule() =>
        Assert.Equal(s_allowed.Keys.Order(), Directory.GetDirectories(Folder).Select(f => Path.GetFileName(f)!)
            .Where(f => f is not ("bin" or "obj")).Order());

    [Theory]
    [MemberData(nameof(Namespaces))]
    public void A_namespace_uses_only_those_below_it(string name)
    {
        var files = Directory.GetFiles(Path.Combine(Folder, name), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var own = files.Select(Declared).Where(type => type.Length > 0).ToHashSet();
        Assert.NotEmpty(own);
        Assert.All(files, file => Assert.Empty(Used(File.ReadAllText(file)).Except([name, .. s_allowed[name]])));
    }

    [Theory]
    [InlineData("using PlantRuntime.Engine.Reload;", "Reload")]
    [InlineData("using static PlantRuntime.Engine.Sinks.SinkState;", "Sinks")]
    [InlineData("using Alias = PlantRuntime.Engine.Devices.Blocks.BlockRead;", "Devices")]
    [InlineData("var x = new PlantRuntime.Engine.Sinks.RetryPolicy(f);", "Sinks")]
    [InlineData("Engine.Plugins.LoadedPlugin plugin;", "Plugins")]
    [InlineData("Devices.DeviceState state;", "Devices")]
    [InlineData("private Plugins . LoadedPlugin plugin;", "Plugins")]
    [InlineData("site.Devices.First()", null)]
    [InlineData("_site.Plugins.Poll()", null)]
    [InlineData("using PlantRuntime.Engine.Supervision;", "Supervision")]
    [InlineData("/// <see cref=\"Reload.SiteReload\"/>", null)]
    [InlineData("foreach (var d in Devices.Where(x => x)) { }", null)]
    public void The_rule_recognises_uses(string source, string? used) => Assert.Equal(used is null ? [] : [used], Used(source).ToArray());

    private static string Folder => Path.Combine(Built.Root, "runtime", "Engine");

    /// <summary>
    /// Finds namespaces that a source names in full, or by their last part followed by a type. Members have the same names
    /// (site.Devices.First): these follow a dot, or are followed by a method or property that is not the name of a file of that namespace.
    /// </summary>
    private static IEnumerable<string> Used(string source)
    {
        var code = Comment().Replace(source, "");
        var full = FullName().Matches(code).Select(m => m.Groups[1].Value);
        var relative = RelativeName().Matches(code).Where(m => s_types.Value[m.Groups[1].Value].Contains(m.Groups[2].Value))
            .Select(m => m.Groups[1].Value);
        return full.Concat(relative).Distinct().Where(s_allowed.ContainsKey);
    }

    private static readonly Lazy<ILookup<string, string>> s_types = new(() => s_allowed.Keys
        .SelectMany(name => Directory.GetFiles(Path.Combine(Folder, name), "*.cs", SearchOption.AllDirectories)
            .Select(file => (name, file)))
        .SelectMany(f => Declaration().Matches(File.ReadAllText(f.file)).Select(m => (f.name, Type: m.Groups[1].Value)))
        .ToLookup(t => t.name, t => t.Type));

    private static string Declared(string file) => Declaration().Match(File.ReadAllText(file)).Groups[1].Value;

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bEngine\s*\.\s*(\w+)\b")]
    private static partial Regex FullName();

    [GeneratedRegex(@"(?<![.\w])(\w+)\s*\.\s*(\w+)")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"^\s*(?:internal|public)[\w ]*\b(?:class|struct|record|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
