using PlantRuntime.Conformance.Host;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Tests.Reload;

/// <summary>The host itself on a site in a temporary folder, with the real plugins.</summary>
internal sealed class SiteHostFixture : IAsyncDisposable
{
    private readonly PlantLog _log;

    private SiteHostFixture(SiteFolder site, string? shared)
    {
        Site = site;
        _log = Log.Open(TimeProvider.System, LogLevel.Info);
        var (model, problems) = SiteFile.Load(site.Path, Environment.GetEnvironmentVariable, sharedFolder: shared);
        Assert.Empty(problems);
        var plugins = new PluginCatalog([Path.Combine(PlantProcess.Folder, "plugins")], _log);
        plugins.Load(model!.PluginNames);
        var compiler = new RecipeCompiler(site.At("data/recipes"), TimeProvider.System, SharedCompiler.Path);
        var opener = new PluginFactory(model!, Environment.GetEnvironmentVariable, TimeProvider.System, _log);
        var sources = new RecipeSources(model!, shared ?? site.At("none"));
        Host = new SiteHost(model!, plugins, opener, sources, compiler, TimeProvider.System, _log);
    }

    public SiteFolder Site { get; }

    public LogLines Log { get; } = new();

    public PlantLog PlantLog => _log;

    public SiteHost Host { get; }

    /// <summary>Starts it and waits for the first scan of each device.</summary>
    /// <param name="site">The site.</param>
    /// <param name="shared">The product's folder of scripts and tag tables; none if it is left out.</param>
    /// <param name="beforeStart">Called when the site was read and the host has not started.</param>
    public static async Task<SiteHostFixture> StartAsync(SiteFolder site, string? shared = null, Action? beforeStart = null)
    {
        var fixture = new SiteHostFixture(site, shared);
        beforeStart?.Invoke();
        await fixture.Host.StartAsync(default);
        foreach (var device in fixture.Host.Devices) await fixture.Log.WhenAsync($"OK device={device.Name}");
        return fixture;
    }

    /// <summary>Edits site.toml and waits until it is taken for the n-th time.</summary>
    public async Task EditAsync(string old, string now, int time)
    {
        Site.Replace("site.toml", old, now);
        await Log.WhenAsync("SITE state=Changed", time);
    }

    /// <summary>Waits for a condition that shows outside the host.</summary>
    public static async Task WhenAsync(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, $"{what} did not come");

            // Leaves the processor to the host.
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _log.Dispose();
    }
}
