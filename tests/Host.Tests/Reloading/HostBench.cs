using PlantRuntime.Conformance.Host;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Tests.Reloading;

/// <summary>The host itself on a site in a temporary folder, with the real plugins.</summary>
internal sealed class HostBench : IAsyncDisposable
{
    private readonly PlantLog _log;

    private HostBench(SiteFolder site)
    {
        Site = site;
        _log = new PlantLog(TimeProvider.System, LogLevel.Info, Log);
        var (model, problems) = SiteFile.Load(site.Path, Environment.GetEnvironmentVariable);
        Assert.Empty(problems);
        var plugins = new PluginCatalog([Path.Combine(PlantProcess.Folder, "plugins")], _log);
        plugins.Load();
        var compiler = new RecipeCompiler(site.At("data/recipes"), TimeProvider.System, Path.Combine(PlantProcess.Folder, "compiler", "plant-compiler.dll"));
        var opener = new Opener(model!, Environment.GetEnvironmentVariable, TimeProvider.System, _log);
        Host = new PlantHost(model!, plugins, opener, new RecipeFiles(model!, site.At("none")), compiler, TimeProvider.System, _log);
    }

    public SiteFolder Site { get; }

    public LogLines Log { get; } = new();

    public PlantLog PlantLog => _log;

    public PlantHost Host { get; }

    public static async Task<HostBench> StartAsync(SiteFolder site)
    {
        var bench = new HostBench(site);
        await bench.Host.StartAsync(default);
        foreach (var device in bench.Host.Devices) await bench.Log.WhenAsync($"OK device={device.Name}");
        return bench;
    }

    /// <summary>Edits site.toml and waits until it is taken for the n-th time.</summary>
    public async Task EditAsync(string old, string now, int time)
    {
        Site.Replace("site.toml", old, now);
        await Log.WhenAsync("SITE state=Changed", time);
    }

    /// <summary>Waits for what is seen outside the host.</summary>
    public static async Task WhenAsync(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, $"{what} did not come");
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _log.Dispose();
    }
}
