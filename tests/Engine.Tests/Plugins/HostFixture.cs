using System.Reflection;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Tests.Plugins;

/// <summary>A host on a site with healthy simulated devices and devices of the hostile plugin, whose folder is a copy of its own.</summary>
internal sealed class HostFixture : IAsyncDisposable
{
    private readonly PlantLog _log;

    private HostFixture(SiteFolder site)
    {
        Site = site;
        _log = Log.Open(TimeProvider.System, LogLevel.Info);
        var (model, problems) = SiteFile.Load(site.Path, Environment.GetEnvironmentVariable);
        Assert.Empty(problems);
        CopyFolder(HostileFolder, site.At("plugins/Hostile"));
        var plugins = new PluginCatalog([site.At("plugins"), ProductPlugins.With(model!.PluginNames)], _log);
        plugins.Load();
        var compiler = new RecipeCompiler(site.At("data/recipes"), TimeProvider.System, SharedCompiler.Path);
        var opener = new PluginFactory(model!, Environment.GetEnvironmentVariable, TimeProvider.System, _log);
        Host = new SiteHost(model!, plugins, opener, new RecipeSources(model!, site.At("none")), compiler, TimeProvider.System, _log);
    }

    public static string HostileFolder { get; } =
        typeof(HostFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "HostileFolder").Value!;

    public SiteFolder Site { get; }

    public LogLines Log { get; } = new();

    public SiteHost Host { get; }

    public DeviceSupervisor Healthy => Host.Devices.First(d => d.Name == "healthy");

    /// <summary>The text of a site.toml with a healthy device and hostile ones called sick, sick2 and so on.</summary>
    public static string SiteToml(string fault, int count = 1) => string.Join('\n',
    [
        """
        [site]
        name = "test"
        [devices.healthy]
        driver = "simulator"
        poll = "20ms"
          [devices.healthy.tags]
          level = "const 5"
        """,
        .. Enumerable.Range(1, count).Select(i => $"""
            [devices.sick{(i == 1 ? "" : i)}]
            driver = "hostile"
            poll = "20ms"
            timeout = "200ms"
            fault = "{fault}"
              [devices.sick{(i == 1 ? "" : i)}.tags]
              a = "a"
              b = "b"
            """),
    ]);

    public static async Task<HostFixture> StartAsync(string fault, int count = 1)
    {
        var fixture = new HostFixture(new SiteFolder(SiteToml(fault, count)));
        await fixture.Host.StartAsync(default);
        await fixture.Log.WhenAsync("OK device=healthy");
        return fixture;
    }

    /// <summary>Waits until the healthy device has read so many more scans.</summary>
    public async Task WhenHealthyAsync(int scans)
    {
        var wanted = Healthy.Status.Scans + scans;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Healthy.Status.Scans < wanted) await Task.Delay(10, patience.Token);
    }

    public int Count(string words) => Log.All.Count(line => words.Split(' ').All(w => line.Contains(w, StringComparison.Ordinal)));

    public static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _log.Dispose();
        Site.Dispose();
    }
}
