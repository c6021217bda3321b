using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using PlantRuntime.Engine;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Client;
using PlantRuntime.Tools.Recording;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;
using PlantRuntime.Web.Api;
using PlantRuntime.Web.Listening;
using PlantRuntime.Web.Live;
using PlantRuntime.Web.Metrics;
using PlantRuntime.Web.Page;

namespace PlantRuntime.Web;

/// <summary>
/// The web server of a running site: one set of handlers behind the site's Unix socket, the address of <c>[web]</c> and that of
/// <c>health</c>. Owned by <c>plant run</c>, which starts it before the host and disposes of it before. Handlers run on the thread pool; a
/// failing handler or client never affects the site.
/// </summary>
internal sealed class WebHost : IAsyncDisposable
{
    private const int MaxHeaders = 16 * 1024;
    private static readonly TimeSpan s_headers = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(0.5);
    private readonly WebAccess _access;
    private readonly WebApplication _application;
    private readonly SiteMetrics _metrics;
    private readonly EventsApi _events;
    private readonly StoredHistory _stored;
    private readonly LiveFeed _feed;
    private readonly PlantLog _log;
    private readonly LogLimit _bugLimit;

    /// <param name="host">The host; started later.</param>
    /// <param name="health">Returns the state of the host as a whole; any thread.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the log lines.</param>
    /// <param name="lines">The last log lines, for the page; null if none are kept.</param>
    public WebHost(SiteHost host, Func<HostHealth> health, TimeProvider time, PlantLog log, RecentLines? lines = null)
    {
        _log = log;
        _bugLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
        _access = new WebAccess(host, time, log);
        var model = host.Site.Model;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options => Listen(options, model));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IConnectionListenerFactory>(new RestoredListenerFactory(model.Folder, time, log));
        _access.AddServices(builder.Services);

        _application = builder.Build();
        var server = new ServerMetrics(_application.Services.GetRequiredService<IMeterFactory>());
        _metrics = new SiteMetrics(host, model.Web, () => health().Status == "standby", server, time);
        _events = new EventsApi(host.Sinks, time);
        _stored = new StoredHistory(host.Sinks, time);
        _application.Use(GuardAsync);
        _access.UseBeforeRouting(_application);
        _application.UseRouting();
        _access.UseAfterRouting(_application);
        _access.Map(_application);
        var history = model.Web is null ? null : new TagHistory(time);
        var queue = new QueueApi(host.Sinks, () => host.Queue);
        var status = new StatusApi(host, queue, health, time);
        _feed = new LiveFeed(host, status, history, lines, time, log);
        Map(_application, host, status, health, time, log);
        queue.Map(_application);
        new MetricsApi(_metrics).Map(_application);
        _events.Map(_application);
        new PageFiles().Map(_application);
        new StreamApi(_feed, time).Map(_application);
        new HistoryApi(history, _stored, host.Devices, time).Map(_application);
        new LogApi(lines).Map(_application);
    }

    /// <summary>The access to the server.</summary>
    public WebAccess Access => _access;

    /// <summary>The routes of the API, with what they need.</summary>
    public IEnumerable<RouteEndpoint> Routes =>
        ((IEndpointRouteBuilder)_application).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    /// <summary>Binds the endpoints. One that cannot be bound now is logged and tried again.</summary>
    public Task StartAsync()
    {
        _feed.Start();
        return _application.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(s_shutdown);
        await _application.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _events.Dispose();
        _stored.Dispose();
        _access.Dispose();
    }

    private static void Map(
        IEndpointRouteBuilder routes, SiteHost host, StatusApi status, Func<HostHealth> health, TimeProvider time, PlantLog log)
    {
        OpenApiDocument.Map(routes);
        new HealthApi(host, health).Map(routes);
        status.Map(routes);
        var tags = new TagsApi(host.Devices);
        tags.Map(routes);
        if (host.Site.Model.Web?.Compat == WebOptions.LagoonMonitor) tags.MapLagoonMonitor(routes);
        new DevicesApi(host.Devices, host.Site.Writes, () => host.Site.Plugins.Traces, time).Map(routes);
        new SnapshotApi(host.Site.Model.Folder, () => host.Queue).Map(routes);
        new RecordingsApi(new RecordingRegistry(host.Site.Model.Name, host.Devices, time, log)).Map(routes);
        new AlertsApi(host.Status, time, log).Map(routes);
        new RecipesApi(host).Map(routes);
        new SiteApi(host).Map(routes);
    }

    private void Listen(KestrelServerOptions options, SiteModel model)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = RequestRules.MaxBody;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaders;
        options.Limits.RequestHeadersTimeout = s_headers;
        options.Limits.KeepAliveTimeout = s_keepAlive;

        // For each endpoint by itself: a flood of the TCP address leaves the socket open.
        options.Limits.MaxConcurrentConnections = ConnectionLimits.MostAtOnce;

        // A command that browses or records reads as slowly as its user's disk allows; RequestRules sets the rate for others.
        options.Limits.MinResponseDataRate = null;
        options.ListenUnixSocket(SiteSocket.PathOf(model.Folder), Kind(EndpointKind.Socket));
        if (model.Web?.Address is { } address) options.Listen(address, Kind(EndpointKind.Web) + _access.Configure);
        if (model.HealthAddress is { } health) options.Listen(health, Kind(EndpointKind.Health));
    }

    private static Action<ListenOptions> Kind(EndpointKind kind) => options =>
    {
        options.Protocols = HttpProtocols.Http1;
        var feature = new EndpointFeature(kind);
        options.Use(next => connection =>
        {
            connection.Features.Set(feature);
            return next(connection);
        });
    };

    /// <summary>Turns exceptions into problem details, and keeps all but health from the address that is for health alone.</summary>
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            if (context.Features.Get<EndpointFeature>()?.Kind == EndpointKind.Health)
            {
                if (!context.Request.Path.StartsWithSegments("/health"))
                    throw new ApiException(StatusCodes.Status404NotFound, "this address answers /health only");
                if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
                    throw new ApiException(StatusCodes.Status405MethodNotAllowed, "the health is read with GET or HEAD");
            }

            await next(context).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has closed the connection, or the host ends.
        }
        catch (Exception exception)
        {
            var (status, detail) = ApiResponse.Describe(exception);
            if (status == StatusCodes.Status500InternalServerError)
            {
                if (_bugLimit.TryAcquire(out _)) _log.Error($"BUG in=web path={context.Request.Path.Value} reason=\"{exception}\"");

                // An unexpected exception can name anything; its text is for those who may read the log.
                if (context.Features.Get<EndpointFeature>()?.Kind != EndpointKind.Socket) detail = "the log of the host has the reason";
            }

            if (context.Response.HasStarted) context.Abort();
            else await ApiResponse.WriteProblemAsync(context, status, detail).ConfigureAwait(false);
        }
    }
}
