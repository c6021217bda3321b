using System.Xml.Linq;

namespace PlantRuntime.Architecture.Tests;

/// <summary>Who may know whom: arrows point down only, and some things never know each other.</summary>
public class ArrowTests
{
    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["PlantRuntime.Contracts.dll"] = [],
        ["PlantRuntime.Recipes.dll"] = ["PlantRuntime.Contracts"],
        ["PlantRuntime.Testing.dll"] = ["PlantRuntime.Contracts", "PlantRuntime.Recipes"],
        ["plant.dll"] = ["PlantRuntime.Contracts", "PlantRuntime.Recipes", "PlantRuntime.Testing"],
    };

    public static TheoryData<string> Plugins => [.. Built.Plugins.Keys];

    [Fact]
    public void Rooms_of_the_runtime_know_only_what_lies_below()
    {
        foreach (var (assembly, allowed) in s_rooms)
            Assert.Empty(Built.References(Path.Combine(Built.Folder, assembly)).Where(IsOurs).Except(allowed));
    }

    [Fact]
    public void Contracts_and_wire_depend_on_the_framework_alone()
    {
        foreach (var room in new[] { "Contracts", "Wire" })
        {
            var project = XDocument.Load(Path.Combine(Built.Root, "runtime", room, $"{room}.csproj"));
            Assert.Empty(project.Descendants("PackageReference").Concat(project.Descendants("ProjectReference")));
        }
    }

    [Fact]
    public void The_host_never_knows_the_compiler()
    {
        Assert.DoesNotContain(Built.References(Path.Combine(Built.Folder, "plant.dll")), name => name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(Built.Folder, "Microsoft.CodeAnalysis*.dll"));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Built.Folder, "compiler"), "Microsoft.CodeAnalysis*.dll"));
    }

    [Fact]
    public void The_host_never_knows_a_plugin()
    {
        var plugins = Built.Plugins.Keys.Select(name => $"PlantRuntime.{name}").ToList();
        Assert.Empty(Built.References(Path.Combine(Built.Folder, "plant.dll")).Intersect(plugins));
        Assert.All(plugins, name => Assert.False(File.Exists(Path.Combine(Built.Folder, $"{name}.dll")), name));
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_knows_contracts_and_wire_and_shows_itself_and_its_options(string plugin)
    {
        Assert.Empty(Built.References(Built.Plugins[plugin]).Where(IsOurs).Except(["PlantRuntime.Contracts", "PlantRuntime.Wire"]));
        var shown = Built.PublicTypes(Built.Plugins[plugin]);
        Assert.Equal([$"{plugin}Plugin"], shown.Where(name => name.EndsWith("Plugin", StringComparison.Ordinal)));
        Assert.Contains($"{plugin}Options", shown);

        // Options are public because the plugin class is; what they are made of, too. Nothing with a method of its own is.
        Assert.All(shown, name => Assert.Matches("(Plugin|Options)$", name));
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_does_not_bring_its_own_contracts(string plugin) =>
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(Built.Plugins[plugin])!, "PlantRuntime.Contracts.dll")));

    [Theory]
    [MemberData(nameof(Plugins))]
    public void A_plugin_has_a_readme(string plugin) => Assert.True(File.Exists(Path.Combine(Built.Root, "plugins", plugin, "README.md")));

    private static bool IsOurs(string assembly) => assembly.StartsWith("PlantRuntime.", StringComparison.Ordinal) || assembly is "plant" or "plant-compiler";
}
