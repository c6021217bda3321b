using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Plugins;

/// <summary>Which plugins are loaded for a site, and what is known of the others.</summary>
public sealed class PluginCatalogTests : IDisposable
{
    private readonly TemporaryFolder _site = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;

    public PluginCatalogTests() => _log = new PlantLog(TimeProvider.System, LogLevel.Debug, _lines);

    private static string HostPlugins => Path.Combine(PlantProcess.Folder, "plugins");

    [Fact]
    public void Each_plugin_of_the_program_is_what_it_declares()
    {
        using var plugins = new PluginCatalog([HostPlugins], _log);
        plugins.Load();
        Assert.True(plugins.Folders.Count >= 13, $"{plugins.Folders.Count} plugins");
        Assert.All(plugins.Folders, folder =>
        {
            var loaded = folder.Current!;
            Assert.Equal(
                new DeclaredPlugin(loaded.Name, loaded.Driver is not null, loaded.Sink is not null),
                PluginInspector.Declared(PluginInspector.FindMain(folder.Path)));
        });
    }

    [Fact]
    public void Only_plugins_that_the_site_names_are_loaded_and_the_others_when_it_names_them()
    {
        using var plugins = new PluginCatalog([HostPlugins], _log);
        plugins.Load(new HashSet<string> { "simulator", "jsonl" });
        Assert.Equal(["Jsonl", "Simulator"], Loaded(plugins));
        Assert.Superset(new HashSet<string> { "modbus", "s7", "mqtt", "eip", "postgres" }, plugins.DriverNames.ToHashSet());
        Assert.Superset(new HashSet<string> { "mqtt", "sqlite", "postgres", "console" }, plugins.SinkNames.ToHashSet());
        Assert.DoesNotContain("modbus", plugins.SinkNames);
        Assert.Null(plugins.Driver("modbus"));
        Assert.Empty(plugins.Poll());

        plugins.EnsureLoaded(new HashSet<string> { "modbus", "jsonl" });
        Assert.Equal(["Jsonl", "Modbus", "Simulator"], Loaded(plugins));
        Assert.NotNull(plugins.Driver("modbus"));
    }

    [Fact]
    public void A_plugin_of_the_site_has_priority_over_one_of_the_program_with_its_name()
    {
        HostFixture.CopyFolder(Path.Combine(HostPlugins, "Jsonl"), _site.Of("plugins", "Mine"));
        using var plugins = new PluginCatalog([_site.Of("plugins"), HostPlugins], _log);
        plugins.Load(new HashSet<string> { "jsonl" });
        Assert.Equal(["Mine", "Jsonl"], Loaded(plugins));
        Assert.Same(plugins.Folders[0].Current!.Sink, plugins.Sink("jsonl"));
    }

    [Fact]
    public void A_damaged_plugin_is_refused_although_the_site_does_not_name_it()
    {
        HostFixture.CopyFolder(HostFixture.HostileFolder, _site.Of("plugins", "Hostile"));
        foreach (var file in Directory.GetFiles(_site.Of("plugins", "Hostile"), "*.dll")) File.WriteAllBytes(file, [0x4d, 0x5a, 1, 2, 3]);
        using var plugins = new PluginCatalog([_site.Of("plugins")], _log);
        plugins.Load(new HashSet<string> { "simulator" });
        Assert.Contains("damaged", Assert.Single(plugins.Folders).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_that_is_not_locked_is_refused_although_the_site_does_not_name_it()
    {
        HostFixture.CopyFolder(Path.Combine(HostPlugins, "Modbus"), _site.Of("plugins", "Modbus"));
        var locked = new PluginLock(_site.Path);
        locked.Write([]);
        using var plugins = new PluginCatalog([_site.Of("plugins")], _log, locked);
        plugins.Load(new HashSet<string> { "simulator" });
        Assert.StartsWith("site/Modbus is not in plugins.lock", Assert.Single(plugins.Folders).Refusal, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _log.Dispose();
        _site.Dispose();
    }

    private static IEnumerable<string> Loaded(PluginCatalog plugins) =>
        plugins.Folders.Where(folder => folder.Current is not null).Select(folder => folder.FolderName);
}
