using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;

namespace PlantRuntime.Tools.Tests.Reference;

/// <summary>docs/site.md has every key of the host and of the plugins, as their options classes describe it.</summary>
public sealed class SiteReferenceTests
{
    /// <summary>Set to 1 to write docs/site.md instead of comparing it.</summary>
    private const string Update = "UPDATE_SITE_DOCS";

    private const string Marker = $"<!-- The tables are generated: run the tests of tests/Tools.Tests with {Update}=1. -->\n";

    [Fact]
    public void Docs_site_md_has_each_key_with_its_default_and_an_example()
    {
        using var log = new LogLines().Open(TimeProvider.System, LogLevel.Error);
        using var plugins = new PluginCatalog([Path.Combine(PlantProcess.Folder, "plugins")], log);
        plugins.Load();
        string[] drivers = ["eip", "modbus", "mqtt", "nats", "opcua", "postgres", "s7", "simulator"];
        string[] sinks = ["console", "http", "influx", "jsonl", "mqtt", "nats", "postgres", "sqlite"];
        Assert.Equal(drivers, plugins.DriverNames.Order());
        Assert.Equal(sinks, plugins.SinkNames.Order());
        var reference = new SiteReference(DocComments.Load());
        var tables = reference.Write(plugins);
        Assert.True(reference.Problems.Count == 0, string.Join('\n', reference.Problems));
        var file = Path.Combine(RepoFolder.Root, "docs", "site.md");
        var page = File.ReadAllText(file).ReplaceLineEndings("\n");
        var expected = page[..(page.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)] + tables;
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(file, page = expected);
        Assert.True(page == expected, $"options changed: run this test once with {Update}=1 and review docs/site.md");
    }
}
