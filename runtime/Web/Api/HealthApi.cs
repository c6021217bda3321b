using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Engine;
using PlantRuntime.Recipes;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Answers health requests of load balancers, containers and monitoring, on each endpoint, without login; changes nothing in the host.
/// <c>/health</c> has status 200 with <c>ok</c>, <c>degraded</c> (a device or sink does not work, or a disk is filling up) or
/// <c>standby</c>, or 503 with <c>failed</c> when the queue cannot store records. <c>/health/live</c> is 200 while the process answers at
/// all. <c>/health/ready</c> is 200 while the host does all that its site asks of it, else 503 with the parts that do not work.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="read">Returns the state of the host; any thread.</param>
internal sealed class HealthApi(SiteHost host, Func<HostHealth> read)
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health", s_methods, AnswerAsync).AllowAnonymous().Describe(
            new RouteDescription("State of the host, its devices and sinks")
            { Failure = (StatusCodes.Status503ServiceUnavailable, "The queue cannot store records") });
        routes.MapMethods("/health/live", s_methods, context => ApiResponse.WriteAsync(context, Readiness.WriteLive)).AllowAnonymous()
            .Describe("Tells that the process answers");
        routes.MapMethods("/health/ready", s_methods, ReadyAsync).AllowAnonymous().Describe(
            new RouteDescription("Tells whether all devices, sinks and recipes work, and which do not")
            { Failure = (StatusCodes.Status503ServiceUnavailable, "The host starts, or a part does not work") });
    }

    private Task AnswerAsync(HttpContext context)
    {
        var health = read();
        if (health.Status == "failed") context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return ApiResponse.WriteAsync(context, health.Write);
    }

    private Task ReadyAsync(HttpContext context)
    {
        var readiness = Readiness.From(host, read());
        if (!readiness.IsReady) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return ApiResponse.WriteAsync(context, readiness.Write);
    }
}

/// <summary>The state of a host as its health response shows it. Immutable.</summary>
/// <param name="Site">Name of the site.</param>
/// <param name="Status">"ok", "degraded", "standby" or "failed".</param>
/// <param name="Report">Devices and sinks; null in standby.</param>
internal sealed record HostHealth(string Site, string Status, HealthReport? Report)
{
    /// <summary>Creates the state of a host.</summary>
    /// <param name="site">Name of the site.</param>
    /// <param name="isStandby">True while another host is active.</param>
    /// <param name="host">The host.</param>
    public static HostHealth From(string site, bool isStandby, SiteHost host)
    {
        if (isStandby) return new HostHealth(site, "standby", null);
        var now = host.Status.Health();
        var hasFailed = host.Queue is { Problem: not null };
        var isWhole = host.LogFailure is null && host.Status.Disks.All(d => !d.IsFilling)
            && now.ActiveDevices == now.TotalDevices && now.Sinks.All(s => s.Reason is null);
        return new HostHealth(site, hasFailed ? "failed" : isWhole ? "ok" : "degraded", now);
    }

    /// <summary>
    /// Writes <c>{"status":"ok","site":"pumps","devices":{"pump_a":"Running"},"sinks":{"predict":"Running"},"waiting":0}</c>.
    /// </summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status", Status);
        json.WriteString("site", Site);
        if (Report is { } report)
        {
            json.WriteStartObject("devices");
            foreach (var device in report.Devices) json.WriteString(device.Name, device.State);
            json.WriteEndObject();
            json.WriteStartObject("sinks");
            foreach (var sink in report.Sinks) json.WriteString(sink.Name, sink.State);
            json.WriteEndObject();
            json.WriteNumber("waiting", report.Waiting);
        }

        json.WriteEndObject();
    }
}
