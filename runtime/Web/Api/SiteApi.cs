using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Logging;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Api;

/// <summary>
/// The site as a whole in the API: its snapshot for <c>plant diff</c> and <c>plant check</c>, how the last edits of site.toml ended,
/// restarts of devices and sinks, and the handover to another host. Requests come on the thread pool, several at a time; keeps no state.
/// </summary>
internal sealed class SiteApi(SiteHost host)
{
    private const int MaxProblems = 100;

    // A running scan or batch may end within this time.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/site", SnapshotAsync).RequireRole(Roles.Engineer).Describe("The settings of the running site, for plant diff");
        routes.MapGet("/api/site/plan", PlanAsync).RequireRole(Roles.Viewer).Describe(
            "How the last edit of site.toml ended: applied, refused or rolled back, with the parts that it changes");
        routes.MapPost("/api/restart", RestartAsync).Audited("restart").RequireRole(Roles.Engineer).Describe(
            "Restarts the device and the sink with a name", Required("name", "the name in site.toml"));
        routes.MapPost("/api/handover", HandoverAsync).Audited("handover").RequireRole(Roles.Engineer).Describe(
            "Ends the active host of a pair in order, so that the other one takes over");
    }

    private Task SnapshotAsync(HttpContext context) => ApiResponse.WriteAsync(
        context, json => JsonSerializer.Serialize(json, host.Site.Snapshot(), ReloadJson.Default.SiteSnapshot));

    private Task PlanAsync(HttpContext context) => ApiResponse.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        Write(json, "last", host.Site.Reloads.Last);
        Write(json, "applied", host.Site.Reloads.Applied);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, string name, ReloadReport? report)
    {
        json.WritePropertyName(name);
        if (report is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("time"u8, report.Time);
        json.WriteString("outcome"u8, report.Outcome.ToString());
        if (report.Plan is { } plan) json.WriteBoolean("disruptive"u8, plan.IsDisruptive);
        else json.WriteNull("disruptive"u8);
        json.WriteStartArray("changes"u8);
        foreach (var line in report.Plan?.Lines(all: false) ?? [])
        {
            json.WriteStartObject();
            json.WriteString("section"u8, line[0]);
            json.WriteString("name"u8, LogText.Sanitize(line[1]));
            json.WriteString("change"u8, LogText.Sanitize(line[2]));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems"u8);
        foreach (var problem in report.Problems.Take(MaxProblems)) json.WriteStringValue(problem);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task RestartAsync(HttpContext context)
    {
        var name = ApiResponse.Text(await ApiResponse.ReadAsync(context).ConfigureAwait(false), "name");
        AuditTrail.SetSubject(context, name);
        var device = host.Devices.FirstOrDefault(d => d.Name == name);
        var sink = host.Sinks.FirstOrDefault(s => s.Name == name);
        if (device is null && sink is null)
        {
            var known = host.Devices.Select(d => d.Name).Concat(host.Sinks.Select(s => s.Name));
            throw new ApiException(
                StatusCodes.Status404NotFound, $"no device or sink \"{name}\" in the running site{Nearest.DidYouMean(name, known)}");
        }

        if (device is not null && !await device.RestartAsync(s_patience).ConfigureAwait(false))
            throw NotRestarted("device", name, device.Status.Reason);
        if (sink is not null && !await sink.RestartAsync(s_patience).ConfigureAwait(false)) throw NotRestarted("sink", name, sink.Reason);
        var kind = device is null ? "sink" : sink is null ? "device" : "device and sink";
        await ApiResponse.WriteAsync(context, new JsonObject { ["kind"] = kind }).ConfigureAwait(false);
    }

    private async Task HandoverAsync(HttpContext context)
    {
        var lease = host.Lease ?? throw new ApiException(StatusCodes.Status409Conflict, "the site has no lease: see lease in [site]");
        AuditTrail.SetSubject(context, lease.Instance);
        if (lease.RequestHandover() is { } reason) throw new ApiException(StatusCodes.Status409Conflict, reason);
        var to = await lease.Handover.ConfigureAwait(false);
        await ApiResponse.WriteAsync(context, new JsonObject { ["from"] = lease.Instance, ["to"] = to }).ConfigureAwait(false);
    }

    private static ApiException NotRestarted(string kind, string name, string? reason) =>
        new(StatusCodes.Status409Conflict, $"{kind} {name} cannot be started: {reason ?? "it is being stopped"}");
}
