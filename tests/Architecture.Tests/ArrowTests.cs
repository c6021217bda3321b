using System.Xml.Linq;

namespace PlantRuntime.Architecture.Tests;

/// <summary>The dependencies between the built projects, and between their project files.</summary>
public class ArrowTests
{
    private const string Prefix = "PlantRuntime.";

    /// <summary>Each project of the runtime with those that it may use.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Contracts"] = [],
        ["Logging"] = [],
        ["Storage"] = [],
        ["Wire"] = [],
        ["Serial"] = ["Wire"],
        ["Payloads"] = ["Contracts"],
        ["Compiler"] = [],
        ["Recipes"] = ["Contracts"],
        ["Testing"] = ["Contracts", "Recipes"],
        ["Sites"] = ["Contracts", "Logging"],
        ["Queue"] = ["Contracts", "Storage", "Logging"],
        ["Engine"] = ["Contracts", "Storage", "Logging", "Recipes", "Sites", "Queue"],
        ["Tools"] = ["Contracts", "Storage", "Logging", "Recipes", "Sites", "Queue", "Engine", "Testing"],
        ["Web"] = ["Contracts", "Logging", "Recipes", "Sites", "Queue", "Engine", "Tools"],
        ["Host"] = ["Contracts", "Storage", "Logging", "Recipes", "Sites", "Queue", "Engine", "Testing", "Tools", "Web"],
    };

    public static TheoryData<string> Projects => [.. s_allowed.Keys];

    public static TheoryData<string> Assemblies =>
        ["Contracts", "Logging", "Storage", "Recipes", "Testing", "Sites", "Queue", "Engine", "Tools", "Web", "Host"];

    public static TheoryData<string> Plugins => [.. Built.Plugins.Keys];

    [Fact]
    public void Every_project_of_the_runtime_has_a_rule() =>
        Assert.Equal(s_allowed.Keys.Order(),
            Directory.GetFiles(Path.Combine(Built.Root, "runtime"), "*.csproj", SearchOption.AllDirectories)
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order());

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_built_assembly_refers_only_to_those_below_it(string project)
    {
        var assembly = project == "Host" ? "plant.dll" : $"{Prefix}{project}.dll";
        Assert.Empty(Built.References(Path.Combine(Built.Folder, assembly)).Where(IsOurs)
            .Except(s_allowed[project].Select(name => Prefix + name)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_file_refers_only_to_projects_below_it(string project)
    {
        var file = XDocument.Load(Path.Combine(Built.Root, "runtime", project, $"{project}.csproj"));

        // References without an assembly only order the build.
        var references = file.Descendants("ProjectReference").Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(s_allowed[project]));
    }

    [Fact]
    public void Contracts_and_wire_depend_on_the_framework_alone()
    {
        foreach (var name in new[] { "Contracts", "Wire" })
        {
            var project = XDocument.Load(Path.Combine(Built.Root, "runtime", name, $"{name}.csproj"));
            Assert.Empty(project.Descendants("PackageReference").Concat(project.Descendants("ProjectReference")));
        }
    }

    [Fact]
    public void The_host_does_not_refer_to_the_compiler()
    {
        Assert.DoesNotContain(Built.References(Path.Combine(Built.Folder, "plant.dll")),
            name => name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(Built.Folder, "Microsoft.CodeAnalysis*.dll"));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Built.Folder, "compiler"), "Microsoft.CodeAnalysis*.dll"));
    }

    [Fact]
    public void The_host_does_not_refer_to_a_plugin()
    {
        var plugins = Built.Plugins.Keys.Select(name => $"PlantRuntime.{name}").ToList();
        Assert.Empty(Built.References(Path.Combine(Built.Folder, "plant.dll")).Intersect(plugins));
        Assert.All(plugins, name => Assert.False(File.Exists(Path.Combine(Built.Folder, $"{name}.dll")), name));
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_uses_contracts_payloads_wire_serial_and_storage_and_exports_itself_and_its_options(string plugin)
    {
        string[] allowed =
            ["PlantRuntime.Contracts", "PlantRuntime.Payloads", "PlantRuntime.Wire", "PlantRuntime.Serial", "PlantRuntime.Storage"];
        Assert.Empty(Built.References(Built.Plugins[plugin]).Where(IsOurs).Except(allowed));
        var exported = Built.PublicTypes(Built.Plugins[plugin]);
        Assert.Equal([$"{plugin}Plugin"], exported.Where(name => name.EndsWith("Plugin", StringComparison.Ordinal)));
        Assert.Contains($"{plugin}Options", exported);

        // Options are public because the plugin class is, and so are the types of their properties. No type with methods is public.
        Assert.All(exported, name => Assert.Matches("(Plugin|Options)$", name));
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_does_not_bring_its_own_contracts(string plugin) =>
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(Built.Plugins[plugin])!, "PlantRuntime.Contracts.dll")));

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_has_a_readme(string plugin) => Assert.True(File.Exists(Path.Combine(Built.Root, "plugins", plugin, "README.md")));

    private static bool IsOurs(string assembly) => assembly.StartsWith("PlantRuntime.", StringComparison.Ordinal)
        || assembly is "plant" or "plant-compiler";
}
