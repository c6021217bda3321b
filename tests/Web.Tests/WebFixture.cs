using System.Net;
using System.Net.Sockets;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.Client;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Tests;

/// <summary>A running site with its web server, in this process: the real host and Kestrel on a free port.</summary>
internal sealed class WebFixture : IAsyncDisposable
{
    private readonly RecentLines _lines = new(500);
    private readonly PlantLog _log;
    private readonly SiteFolder _site;

    private WebFixture(SiteFolder site)
    {
        _site = site;
        _log = Log.Open(TimeProvider.System, LogLevel.Info, _lines);
        var (model, problems) = SiteFile.Load(site.Path, Environment.GetEnvironmentVariable);
        Assert.Empty(problems);
        var plugins = new PluginCatalog([site.At("plugins"), ProductPlugins.With(model!.PluginNames)], _log);
        plugins.Load();
        var compiler = new RecipeCompiler(site.At("data/recipes"), TimeProvider.System, SharedCompiler.Path);
        var factory = new PluginFactory(model!, Environment.GetEnvironmentVariable, TimeProvider.System, _log);
        Host = new SiteHost(model!, plugins, factory, new RecipeSources(model!, site.At("none")), compiler, TimeProvider.System, _log);
        Web = new WebHost(
            Host, () => HostHealth.From(model!.Name, false, Host),
            TimeProvider.System, _log,
            _lines);
    }

    /// <summary>A site with a simulated device <c>line</c> (level, speed) and a sink <c>lines</c>; open to viewers on loopback.</summary>
    public const string SiteToml = """
        [site]
        name = "test"
        [web]
        listen = "127.0.0.1:0"
        anonymous = "viewer"
        [devices.line]
        driver = "simulator"
        poll = "50ms"
          [devices.line.tags]
          level = { address = "const 5", unit = "m" }
          speed = { address = "ramp period=10s", unit = "1/min", description = "of the belt" }
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    /// <summary>The lines that the host has logged.</summary>
    public LogLines Log { get; } = new();

    public SiteHost Host { get; }

    public WebHost Web { get; }

    /// <summary>File of the audit log.</summary>
    public string Audit => _site.At("logs/audit.jsonl");

    /// <summary>Folder of the site.</summary>
    public string Folder => _site.Path;

    /// <summary>A client of the address of <c>[web]</c>.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>A client of the site's socket, which has all rights.</summary>
    public HttpClient Local { get; private set; } = new();

    /// <summary>Starts a site and waits for its first scan.</summary>
    /// <param name="toml">Its site.toml, with a device <c>line</c>.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="prepare">Writes further files of the site.</param>
    public static async Task<WebFixture> StartAsync(
        string toml = SiteToml, string recipe = "Plant.line.Scans.To(Sinks.lines);", Action<SiteFolder>? prepare = null)
    {
        var site = new SiteFolder(toml);
        site.Write("recipes/all.csx", recipe);
        prepare?.Invoke(site);
        var fixture = new WebFixture(site);
        await fixture.Web.StartAsync();
        await fixture.Host.StartAsync(default);
        await fixture.Log.WhenAsync("OK device=line");
        var address = fixture.Host.Site.Model.Web is null ? null
            : fixture.Log.All.First(l => l.Contains("WEB address=", StringComparison.Ordinal)).Split("address=")[1].Trim();
        fixture.Client = new HttpClient { BaseAddress = address is null ? null : new Uri($"http://{address}") };
        var socket = new SocketsHttpHandler { ConnectCallback = fixture.ConnectAsync };
        fixture.Local = new HttpClient(socket) { BaseAddress = new Uri("http://site") };
        return fixture;
    }

    /// <summary>Waits until the device has read so many more scans.</summary>
    public async Task WhenScannedAsync(int scans)
    {
        var device = Host.Devices[0];
        var wanted = device.Status.Scans + scans;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (device.Status.Scans < wanted) await Task.Delay(10, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Local.Dispose();
        await Web.DisposeAsync();
        await Host.DisposeAsync();
        _log.Dispose();
        _site.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = SiteSocket.Create();
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SiteSocket.PathOf(Folder)), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
