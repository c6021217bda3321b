using PlantRuntime.Conformance;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Plugins;

/// <summary>Plugin folders of a site that requires its lock.</summary>
public sealed class PluginLockTests : IDisposable
{
    private readonly TemporaryFolder _site = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly PluginLock _lock;
    private readonly PluginCatalog _plugins;
    private readonly string _folder;

    public PluginLockTests()
    {
        _folder = _site.Of("plugins", "Hostile");
        HostFixture.CopyFolder(HostFixture.HostileFolder, _folder);
        _log = new PlantLog(TimeProvider.System, LogLevel.Debug, _lines);
        _lock = new PluginLock(_site.Path);
        _plugins = new PluginCatalog([_site.Of("plugins")], _log, _lock);
    }

    [Fact]
    public void Without_a_lock_no_plugin_is_loaded_and_the_command_is_named()
    {
        _plugins.Load();
        var refused = Assert.Single(_plugins.Folders);
        Assert.Null(refused.Current);
        Assert.Contains($"plant plugins lock {_site.Path}", refused.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_that_is_not_in_the_lock_is_refused_by_its_name()
    {
        new PluginLock(_site.Path).Write([]);
        _plugins.Load();
        Assert.StartsWith("site/Hostile is not in plugins.lock", Assert.Single(_plugins.Folders).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_plugin_is_refused_while_the_locked_one_runs_on_until_it_is_locked_too()
    {
        new PluginLock(_site.Path).Write([_folder]);
        _plugins.Load();
        var first = Assert.Single(_plugins.Folders).Current;
        Assert.NotNull(first);

        File.WriteAllText(Path.Combine(_folder, "added.txt"), "x");
        PollUntil(() => Assert.Single(_plugins.Folders).Refusal is not null);
        var folder = Assert.Single(_plugins.Folders);
        Assert.Same(first, folder.Current);
        Assert.StartsWith("site/Hostile is not the one in plugins.lock: expected sha256:", folder.Refusal, StringComparison.Ordinal);
        await _lines.WhenAsync($"REFUSED plugin=Hostile version {first.Version} runs on");

        Assert.Equal(["changed site/Hostile"], new PluginLock(_site.Path).Write([_folder]));
        PollUntil(() => Assert.Single(_plugins.Folders).Refusal is null);
        Assert.NotSame(first, Assert.Single(_plugins.Folders).Current);
    }

    [Fact]
    public void The_hash_depends_on_names_and_content_and_on_nothing_else()
    {
        var before = PluginLock.Hash(_folder);
        HostFixture.CopyFolder(_folder, _site.Of("copy"));
        foreach (var file in Directory.GetFiles(_site.Of("copy"))) File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.Equal(before, PluginLock.Hash(_site.Of("copy")));
        var one = Directory.GetFiles(_site.Of("copy"), "*.dll").Order(StringComparer.Ordinal).First();
        File.Move(one, one + ".x");
        Assert.NotEqual(before, PluginLock.Hash(_site.Of("copy")));
        File.Move(one + ".x", one);
        var bytes = File.ReadAllBytes(one);
        bytes[^1] ^= 1;
        File.WriteAllBytes(one, bytes);
        Assert.NotEqual(before, PluginLock.Hash(_site.Of("copy")));
    }

    [Theory]
    [InlineData("site/Hostile")]
    [InlineData("site/Hostile sha256:12")]
    [InlineData("site/Hostile md5:0123456789012345678901234567890123456789012345678901234567890123")]
    public void A_line_that_is_no_entry_refuses_all(string line)
    {
        File.WriteAllText(_site.Of(PluginLock.FileName), line + "\n");
        _plugins.Load();
        Assert.Contains("plugins.lock(1): expected NAME sha256:HASH", Assert.Single(_plugins.Folders).Refusal, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _plugins.Dispose();
        _log.Dispose();
        _site.Dispose();
    }

    private void PollUntil(Func<bool> isSeen)
    {
        for (var i = 0; i < 10 && !isSeen(); i++)
        {
            foreach (var (old, _) in _plugins.Poll()) if (old is not null) _plugins.BeginUnload(old);
        }

        Assert.True(isSeen(), _lines.ToString());
    }
}
