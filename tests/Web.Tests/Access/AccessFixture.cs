using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.Client;
using PlantRuntime.Web.Access.Users;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>
/// A running site with users anna (operator), eva (engineer) and vera (viewer), and with a clock for its web server that stands still.
/// </summary>
internal sealed class AccessFixture : IAsyncDisposable
{
    /// <summary>The password of all users.</summary>
    public const string Password = "correct horse battery";

    /// <summary>The line of site.toml for an address on loopback without TLS.</summary>
    public const string Loopback = "listen = \"127.0.0.1:0\"";
    private static readonly string s_hash = PasswordHash.Create(Password);
    private readonly PlantLog _log;
    private readonly List<IDisposable> _clients = [];

    private AccessFixture(SiteFolder site)
    {
        Site = site;
        _log = Log.Open(TimeProvider.System, LogLevel.Info);
        Users = new AccountFile(site.Path);
        foreach (var (name, role) in new[] { ("anna", "operator"), ("eva", "engineer"), ("vera", "viewer") })
            Change(accounts => [.. accounts, new Account { Name = name, Role = role, Password = s_hash }]);
        var (model, problems) = SiteFile.Load(site.Path, Environment.GetEnvironmentVariable);
        Assert.Empty(problems);
        var plugins = new PluginCatalog([ProductPlugins.With(model!.PluginNames)], _log);
        plugins.Load();
        var compiler = new RecipeCompiler(site.At("data/recipes"), TimeProvider.System, SharedCompiler.Path);
        var factory = new PluginFactory(model!, Environment.GetEnvironmentVariable, TimeProvider.System, _log);
        Host = new SiteHost(model!, plugins, factory, new RecipeSources(model!, site.At("none")), compiler, TimeProvider.System, _log);
        Web = new WebHost(Host, () => new HostHealth("test", "ok", null), Time, _log);
    }

    public SiteFolder Site { get; }

    /// <summary>The clock of sessions, lock-outs and tokens; starts at the real time, by which certificates are checked.</summary>
    public ManualTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public LogLines Log { get; } = new();

    public SiteHost Host { get; }

    public WebHost Web { get; }

    /// <summary>The file of the users.</summary>
    public AccountFile Users { get; }

    /// <summary>The address of <c>[web]</c>.</summary>
    public Uri Address { get; private set; } = new("http://none");

    /// <summary>The lines of the audit log that are on the disk.</summary>
    public IReadOnlyList<JsonNode> Audit
    {
        get
        {
            var file = Site.At("logs/audit.jsonl");
            if (!File.Exists(file)) return [];
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

            // Those of the host are its start and its recipes.
            return [.. lines.Select(l => JsonNode.Parse(l)!).Where(e => (string?)e["who"] != "host")];
        }
    }

    /// <summary>Starts a site with one simulated device.</summary>
    /// <param name="web">The lines of its section <c>[web]</c>.</param>
    /// <param name="prepare">Writes further files of the site.</param>
    public static async Task<AccessFixture> StartAsync(string web = Loopback, Action<SiteFolder>? prepare = null)
    {
        var site = new SiteFolder($"""
            [site]
            name = "test"
            [web]
            {web}
            [devices.line]
            driver = "simulator"
            poll = "50ms"
              [devices.line.tags]
              level = "const 5"
            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        prepare?.Invoke(site);
        var fixture = new AccessFixture(site);
        await fixture.Web.StartAsync();
        await fixture.Host.StartAsync(default);
        await fixture.Log.WhenAsync("OK device=line");
        var address = fixture.Log.All.First(l => l.Contains("WEB address=", StringComparison.Ordinal)).Split("address=")[1].Trim();
        var scheme = fixture.Host.Site.Model.Web!.UsesTls ? "https" : "http";
        fixture.Address = new Uri($"{scheme}://{address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)}");
        return fixture;
    }

    /// <summary>A client without a login, which keeps cookies and accepts any certificate.</summary>
    public HttpClient Client()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return Keep(new HttpClient(handler) { BaseAddress = Address });
    }

    /// <summary>A client of the site's socket.</summary>
    public HttpClient Local() => Keep(new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = SiteSocket.Create();
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SiteSocket.PathOf(Site.Path)), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = new Uri("http://site") });

    /// <summary>A client that has logged in as a browser does, with the headers of the page.</summary>
    public async Task<HttpClient> LogInAsync(string user)
    {
        var client = Client();
        using var response = await LogInAsync(client, user, Password);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        client.DefaultRequestHeaders.Add("X-Plant-Request", "1");
        client.DefaultRequestHeaders.Add("Origin", Address.GetLeftPart(UriPartial.Authority));
        return client;
    }

    /// <summary>Sends a login.</summary>
    public static Task<HttpResponseMessage> LogInAsync(HttpClient client, string user, string password) =>
        client.PostAsJsonAsync("/api/login", new { user, password });

    /// <summary>A client with a new token.</summary>
    public HttpClient WithToken(string name, string role, DateTimeOffset? expires = null)
    {
        var token = Account.CreateToken();
        Change(accounts => [.. accounts, new Account { Name = name, Role = role, Token = Account.HashOf(token), Expires = expires }]);
        var client = Client();
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        return client;
    }

    /// <summary>Changes the file of the users, as <c>plant user</c> does.</summary>
    public void Change(Func<IReadOnlyList<Account>, IReadOnlyList<Account>> change) => Users.Change(change);

    /// <summary>Returns the user of a client's session; null if it has none.</summary>
    public static async Task<string?> UserOfAsync(HttpClient client) =>
        (string?)JsonNode.Parse(await client.GetStringAsync("/api/session"))!["user"];

    /// <summary>Returns the status and the problem details of a refusal.</summary>
    public static async Task<(HttpStatusCode Status, string Detail)> RefusalAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((int)response.StatusCode, (int)problem["status"]!);
        return (response.StatusCode, (string)problem["detail"]!);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await Web.DisposeAsync();
        await Host.DisposeAsync();
        _log.Dispose();
        Site.Dispose();
    }

    private HttpClient Keep(HttpClient client)
    {
        _clients.Add(client);
        return client;
    }
}
