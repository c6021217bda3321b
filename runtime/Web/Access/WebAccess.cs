using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using PlantRuntime.Engine;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Web.Access.Login;
using PlantRuntime.Web.Access.Requests;
using PlantRuntime.Web.Access.Users;
using PlantRuntime.Web.Api;
using PlantRuntime.Web.Listening;
using IPNetwork = System.Net.IPNetwork;

namespace PlantRuntime.Web.Access;

/// <summary>
/// Composes the access to the web server: accounts, logins, sessions, limits, TLS and the middleware for them. Owned by
/// <see cref="WebHost"/>, which calls its methods in the order of a pipeline; polls its files every 5 s.
/// </summary>
internal sealed class WebAccess : IDisposable
{
    private const int RequestBurst = 500;
    private const int RequestsPerSecond = 100;
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(10);

    /// <summary>Time after which a session ends also if it is used.</summary>
    private static readonly TimeSpan s_longestSession = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_strictTransport = TimeSpan.FromDays(180);
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LoginService _login;
    private readonly OpenRequests _requests;
    private readonly AuditTrail _audit;
    private readonly ConnectionLimits? _connections;
    private readonly ServerCertificate? _certificate;
    private readonly ITimer? _poll;
    private readonly Lock _polling = new();

    /// <param name="host">The host of the site.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the log lines.</param>
    public WebAccess(SiteHost host, TimeProvider time, PlantLog log)
    {
        (_time, _log) = (time, log);
        var model = host.Site.Model;
        Options = model.Web;
        Steady = new SteadyClock(time);
        Users = new UserDirectory(new AccountFile(model.Folder), log);
        Sessions = new SessionStore(Options?.Session ?? s_longestSession, time);
        _requests = new OpenRequests(Sessions);
        _audit = new AuditTrail(host.Audit, Users, time, log);
        _login = new LoginService(Users, _audit, time);
        if (Options is null) return;
        if (!Options.BehindProxy) _connections = new ConnectionLimits();
        if (Options.UsesTls) _certificate = new ServerCertificate(model.Folder, Options, time, log);
        if (Users.Count == 0 && Users.Problem is null && Options.Anonymous is null)
            log.Warn($"USERS accounts=0 next=\"create a user: plant user add {model.Folder} NAME --role engineer\"");
        _poll = time.CreateTimer(_ => Poll(), null, s_pollEvery, s_pollEvery);
    }

    /// <summary>The section <c>[web]</c>; null without one.</summary>
    public WebOptions? Options { get; }

    /// <summary>The accounts.</summary>
    public UserDirectory Users { get; }

    /// <summary>The sessions.</summary>
    public SessionStore Sessions { get; }

    /// <summary>The clock of sessions.</summary>
    public SteadyClock Steady { get; }

    /// <summary>Number of passwords checked so far.</summary>
    public long CheckedPasswords => _login.Checked;

    /// <summary>Adds authentication, authorization and, for <c>[web]</c>, the limits and headers of requests.</summary>
    public void AddServices(IServiceCollection services)
    {
        services.AddSingleton(this).AddSingleton(_time);

        // Keys that end with the process, like the sessions: AddAuthentication would keep keys in the user's home folder.
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddAuthenticationCore(options => options.DefaultScheme = SiteAuthenticationHandler.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, SiteAuthenticationHandler>(SiteAuthenticationHandler.SchemeName, null)
            .AddCookie(SiteAuthenticationHandler.Session, cookie =>
            {
                cookie.Cookie.Name = string.Create(CultureInfo.InvariantCulture, $"plant-{Options?.Address?.Port}");
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Strict;
                cookie.Cookie.SecurePolicy = _certificate is null ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
                cookie.Cookie.Path = "/";
                cookie.ExpireTimeSpan = s_longestSession;
                cookie.SlidingExpiration = false;
                cookie.SessionStore = Sessions;
                cookie.TimeProvider = Steady;
            });
        var access = services.AddAuthorizationBuilder();
        foreach (var role in Roles.All) access.AddPolicy(role, policy => policy.RequireRole(role));

        // A route that declares nothing, and a path without a route, are for engineers.
        access.SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(Roles.Engineer).Build());
        if (Options is not null) AddLimits(services, Options);
    }

    /// <summary>Adds what runs before routing.</summary>
    public void UseBeforeRouting(IApplicationBuilder application)
    {
        application.UseStatusCodePages(page => WriteProblemAsync(page.HttpContext));
        if (Options is null) return;
        application.UseWhen(context => context.Features.Get<EndpointFeature>()?.Kind == EndpointKind.Web, web =>
        {
            if (Options.BehindProxy)
            {
                web.Use(ProxyRules.CheckAsync);
                web.UseForwardedHeaders();
            }

            web.Use(RequestRules.CheckAsync);
            web.UseHostFiltering();
            web.UseHsts();
            web.UseRateLimiter();
            web.UseResponseCompression();
        });
    }

    /// <summary>Adds what runs between routing and the endpoints.</summary>
    public void UseAfterRouting(IApplicationBuilder application)
    {
        application.UseAuthentication();
        application.Use(RequestRules.CheckOriginAsync);
        application.Use(_requests.RunAsync);
        application.Use(_audit.RecordAsync);
        application.Use(RequestRules.AnswerUnknownAsync);
        application.UseAuthorization();
        application.Use(ApiQuery.CheckAsync);
    }

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes) => new LoginApi(_login, Users, _requests, _audit).Map(routes);

    /// <summary>Adds limits and TLS to the address of <c>[web]</c>.</summary>
    public void Configure(ListenOptions endpoint)
    {
        if (_connections is { } limits) endpoint.Use(next => connection => limits.RunAsync(connection, next));
        if (_certificate is { } certificate)
            endpoint.UseHttps(new TlsHandshakeCallbackOptions
                { OnConnection = _ => ValueTask.FromResult(certificate.Options), HandshakeTimeout = s_handshake });
    }

    public void Dispose()
    {
        _poll?.Dispose();
        _login.Dispose();
        _connections?.Dispose();
    }

    private void AddLimits(IServiceCollection services, WebOptions options)
    {
        services.AddHostFiltering(hosts =>
        {
            hosts.AllowEmptyHosts = false;
            hosts.IncludeFailureMessage = false;
            hosts.AllowedHosts = AllowedHosts(options);
        });
        services.AddHsts(hsts => hsts.MaxAge = s_strictTransport);
        services.AddResponseCompression(compression =>
        {
            // No response holds a secret beside a text of the client, from whose length the secret could be guessed.
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/problem+json"];
        });
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(
                context => RateLimitPartition.GetTokenBucketLimiter(
                    ClientKey.From(ClientKey.AddressOf(context)), _ => ConnectionLimits.Bucket(RequestBurst, RequestsPerSecond)));
            limiter.OnRejected = (rejected, _) => new ValueTask(ApiResponse.WriteProblemAsync(rejected.HttpContext,
                StatusCodes.Status429TooManyRequests, $"more than {RequestsPerSecond} requests a second from one address",
                new KeyValuePair<string, string>("Retry-After", "1")));
        });
        if (!options.BehindProxy) return;
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;

            // All proxies of a chain are known ones: the first address that is none is the client.
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownIPNetworks.Add(IPNetwork.Parse("127.0.0.0/8"));
            forwarded.KnownProxies.Add(IPAddress.IPv6Loopback);
            foreach (var proxy in options.Proxies)
            {
                if (IPAddress.TryParse(proxy, out var address)) forwarded.KnownProxies.Add(address);
                else forwarded.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        });
    }

    /// <summary>
    /// Returns the names that a request may name as its host. On loopback a page of another site could otherwise have its name lead to
    /// this machine (DNS rebinding); elsewhere the names are checked if site.toml gives some, because every request needs a login.
    /// </summary>
    private static List<string> AllowedHosts(WebOptions options)
    {
        if (!options.IsLoopback && options.Hosts.Count == 0) return ["*"];
        var listen = options.Address!.Address;
        var own = listen.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{listen}]" : listen.ToString();
        return [.. new[] { "localhost", "127.0.0.1", "[::1]", own }.Concat(options.Hosts).Distinct()];
    }

    private static Task WriteProblemAsync(HttpContext context)
    {
        var (status, methods) = (context.Response.StatusCode, context.Response.Headers.Allow);
        return ApiResponse.WriteProblemAsync(
            context, status, Describe(status), methods.Count > 0 ? [new("Allow", methods.ToString())] : []);
    }

    private static string Describe(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "the request is malformed, or the name of its host is not among hosts of [web]",
        StatusCodes.Status404NotFound => "this version of the host has nothing at this path",
        StatusCodes.Status405MethodNotAllowed => "the path does not have this method: the header Allow lists those that it has",
        _ => "the request failed",
    };

    /// <summary>Runs on the timer; a poll that lasts longer than the interval is not joined by another.</summary>
    private void Poll()
    {
        if (!_polling.TryEnter()) return;
        try
        {
            _certificate?.Poll();

            // Problems of the file are reported also while nobody logs in.
            _ = Users.Problem;
            _requests.EndInvalid();
        }
        catch (Exception exception)
        {
            _log.Error($"BUG in=access reason=\"{exception}\"");
        }
        finally
        {
            _polling.Exit();
        }
    }
}
