using PlantRuntime.Conformance;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Plugins;

/// <summary>Plugin folders behind links whose targets are swapped, as mounted configuration does it.</summary>
[Trait("Needs", "Process")]
public sealed class PluginLinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly PluginCatalog _plugins;

    public PluginLinkTests()
    {
        _log = new PlantLog(TimeProvider.System, LogLevel.Debug, _lines);
        _plugins = new PluginCatalog([_folder.Of("plugins")], _log);
        foreach (var version in new[] { "..4", "..5" }) HostFixture.CopyFolder(HostFixture.HostileFolder, _folder.Of(version, "Hostile"));
    }

    [SkippableFact]
    public async Task A_folder_that_is_a_link()
    {
        Directory.CreateDirectory(_folder.Of("plugins"));
        Link("plugins/Hostile", "../..4/Hostile");
        await CheckSwapAsync("plugins/Hostile", "../..5/Hostile");
    }

    [SkippableFact]
    public async Task A_folder_below_a_folder_that_is_a_link()
    {
        Link("..data", "..4");
        Link("plugins", "..data");
        await CheckSwapAsync("..data", "..5");
    }

    [SkippableFact]
    public async Task A_folder_whose_files_are_links_into_a_hidden_folder_beside_them()
    {
        // The layout of a mounted volume: the files are links into ..data, which is a link to the folder of this version.
        Directory.CreateDirectory(_folder.Of("plugins", "Hostile"));
        foreach (var version in new[] { "..4", "..5" })
            Directory.Move(_folder.Of(version, "Hostile"), _folder.Of("plugins", "Hostile", version));
        Link("plugins/Hostile/..data", "..4");
        foreach (var file in Directory.GetFiles(_folder.Of("plugins", "Hostile", "..4")))
            Link($"plugins/Hostile/{Path.GetFileName(file)}", $"..data/{Path.GetFileName(file)}");
        await CheckSwapAsync("plugins/Hostile/..data", "..5");
    }

    public void Dispose()
    {
        _plugins.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    private void Link(string path, string target)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "links are swapped with mv -T");
        File.CreateSymbolicLink(_folder.Of(path), target);
    }

    private async Task CheckSwapAsync(string link, string target)
    {
        _plugins.Load();
        Assert.Null(Assert.Single(_plugins.Folders).Refusal);
        Assert.Empty(_plugins.Poll());
        await UnixFiles.SwapLinkAsync(_folder.Of(link), target);

        // A change counts when two polls see the same.
        Assert.Empty(_plugins.Poll());
        var (old, now) = Assert.Single(_plugins.Poll());
        Assert.NotNull(old);
        Assert.Equal("hostile", now.Name);
        Assert.Empty(_plugins.Poll());
        _plugins.BeginUnload(old);
    }
}
