using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Tests.Plugins;

public sealed class PluginFactoryTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();
    private readonly PlantLog _log;
    private readonly PluginCatalog _plugins;

    public PluginFactoryTests()
    {
        _log = new LogLines().Open(_time, LogLevel.Debug);
        HostFixture.CopyFolder(HostFixture.HostileFolder, _folder.Of("plugins", "Hostile"));
        _plugins = new PluginCatalog([_folder.Of("plugins")], _log);
        _plugins.Load();
    }

    [Fact]
    public async Task Plugins_that_hang_are_named_after_one_deadline_and_separate_from_wrong_settings()
    {
        var checking = CheckAsync("open-hangs", 3);
        await _time.WhenArmedAsync(3).WaitAsync(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(4));
        var check = await checking.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(check.Settings);
        Assert.Equal(
            ["device sick cannot be opened: opening it did not end within 4 s",
                "device sick2 cannot be opened: opening it did not end within 4 s",
                "device sick3 cannot be opened: opening it did not end within 4 s"],
            check.Hanging.Select(p => p.Message));
    }

    [Theory]
    [InlineData("dispose-hangs")]
    [InlineData("dispose-throws")]
    [InlineData("none")]
    public async Task A_disposal_is_not_part_of_the_check(string fault) =>
        Assert.Empty((await CheckAsync(fault, 2).WaitAsync(TimeSpan.FromSeconds(20))).All);

    public void Dispose()
    {
        _plugins.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    private async Task<PluginCheck> CheckAsync(string fault, int count)
    {
        using var site = new SiteFolder(HostFixture.SiteToml(fault, count));
        var (model, problems) = SiteFile.Load(site.Path, _ => null);
        Assert.Empty(problems);
        return await new PluginFactory(model!, _ => null, _time, _log).CheckAsync(_plugins);
    }
}
