using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Recipes;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Answers <c>GET /health</c> with one JSON object, for load balancers and container hosts: status 200 with <c>ok</c>, <c>degraded</c> (a
/// device or sink does not work) or <c>standby</c>, or 503 with <c>failed</c> when the queue cannot store records. On each endpoint, without
/// login; changes nothing in the host.
/// </summary>
/// <param name="read">Returns the state of the host; any thread.</param>
internal sealed class HealthApi(Func<HostHealth> read)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], AnswerAsync)
        .AllowAnonymous();

    private Task AnswerAsync(HttpContext context)
    {
        var health = read();
        if (health.Status == "failed") context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return ApiResponse.WriteAsync(context, health.Write);
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
    /// <param name="hasFailed">True if the queue cannot store records.</param>
    /// <param name="report">The report of an active host.</param>
    public static HostHealth From(string site, bool isStandby, bool hasFailed, Func<HealthReport> report)
    {
        if (isStandby) return new HostHealth(site, "standby", null);
        var now = report();
        var isWhole = now.ActiveDevices == now.TotalDevices && now.Sinks.All(s => s.Reason is null);
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
