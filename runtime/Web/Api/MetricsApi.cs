using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Metrics;

namespace PlantRuntime.Web.Api;

/// <summary><c>/metrics</c>, for Prometheus. Requests come on the thread pool; one is answered at a time.</summary>
internal sealed class MetricsApi(SiteMetrics metrics)
{
    /// <summary>The media type of Prometheus' text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", AnswerAsync).RequireRole(Roles.Viewer)
        .Describe(new RouteDescription("All metrics in Prometheus' text format") { ContentType = ContentType });

    private Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return metrics.WriteAsync(context.Response.Body, context.RequestAborted);
    }
}
