using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Sites.Models;
using PlantRuntime.Web.Access;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/api/status</c>: the site, its devices, sinks and recipes, each with its state and the reason for it. Requests come on the thread
/// pool, several at a time; keeps no state but the time of its creation.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="health">Returns the state of the host as a whole.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusApi(SiteHost host, Func<HostHealth> health, TimeProvider time)
{
    private static readonly string s_version = typeof(StatusApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    private readonly DateTime _started = time.GetUtcNow().UtcDateTime;
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/status", AnswerAsync).RequireRole(Roles.Viewer)
        .Describe("The site, its devices, sinks and recipes, each with its state and the reason for it");

    /// <summary>Writes the status as one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("site", host.Site.Model.Name);
        json.WriteNumber("plant_id", host.Site.Model.PlantId);
        json.WriteString("tenant", host.Site.Model.Tenant);
        json.WriteString("version", s_version);
        json.WriteString("health", health().Status);
        json.WriteString("time", time.GetUtcNow().UtcDateTime);
        json.WriteString("started", _started);
        json.WriteNumber("uptime_seconds", Math.Round(time.GetElapsedTime(_startedAt).TotalSeconds));
        json.WriteNumber("memory_bytes", Environment.WorkingSet);
        json.WriteString("site_error", host.Site.RolledBackReason);
        json.WriteString("queue_error", host.Queue?.Problem);
        json.WriteStartArray("disks");
        foreach (var disk in host.Status.Disks) Write(json, disk);
        json.WriteEndArray();
        json.WriteStartArray("devices");
        foreach (var device in host.Devices) Write(json, device);
        json.WriteEndArray();
        json.WriteStartArray("sinks");
        foreach (var sink in host.Sinks) Write(json, sink);
        json.WriteEndArray();
        json.WriteStartArray("recipes");
        foreach (var recipe in host.Recipes.Slots) Write(json, recipe);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private Task AnswerAsync(HttpContext context) => ApiResponse.WriteAsync(context, Write);

    private static void Write(Utf8JsonWriter json, DiskReading disk)
    {
        json.WriteStartObject();
        json.WriteString("folder", Logging.LogText.Sanitize(disk.Folder));
        json.WriteNumber("free_bytes", disk.Space.Free);
        json.WriteNumber("size_bytes", disk.Space.Total);
        json.WriteString("warning", disk.Warning);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DeviceSupervisor device)
    {
        var status = device.Status;
        json.WriteStartObject();
        json.WriteString("name", device.Name);
        json.WriteString("driver", device.Model.Driver);
        json.WriteString("endpoint", Logging.LogText.Sanitize(status.Endpoint));
        json.WriteString("state", status.State.ToString());
        json.WriteString("reason", status.Reason);
        json.WriteNumber("tags", device.Tags.Count);
        json.WriteNumber("scans", status.Scans);
        json.WriteNumber("failed", status.Failed);
        json.WriteNumber("skipped", status.Skipped);
        json.WriteNumber("values", status.Values);
        json.WriteNumber("cycle_ms", Math.Round(status.Cycle.TotalMilliseconds, 3));
        if (status.LastScan is { } last) json.WriteString("last_scan", last);
        else json.WriteNull("last_scan");
        json.WriteNumber("connects", status.Connects);
        json.WriteNumber("attempts", status.Attempts);
        json.WriteNumber("reconnects", status.ReconnectsInRow);
        json.WriteNumber("renewals", status.Renewals);
        json.WriteStartArray("properties");
        foreach (var fact in status.Facts)
        {
            json.WriteStartObject();
            json.WriteString("name", fact.Name);
            json.WriteString("text", fact.Text);
            json.WriteBoolean("wrong", fact.IsWrong);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SinkSupervisor sink)
    {
        var counts = sink.Counts;
        json.WriteStartObject();
        json.WriteString("name", sink.Name);
        json.WriteString("plugin", sink.Model.Sink);
        json.WriteString("state", sink.State.ToString());
        json.WriteString("reason", sink.Reason);
        json.WriteString("delivery", sink.Model.Delivery == DeliveryKind.Direct ? "direct" : "queued");
        json.WriteNumber("produced", counts.Produced);
        json.WriteNumber("delivered", counts.Delivered);
        json.WriteNumber("waiting", counts.Waiting);
        json.WriteNumber("dead_lettered", counts.DeadLettered);
        json.WriteNumber("lost", counts.Lost);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RecipeSlot recipe)
    {
        json.WriteStartObject();
        json.WriteString("file", Logging.LogText.Sanitize(recipe.File));
        json.WriteString("state", recipe.Status);
        json.WriteNumber("version", recipe.Version);
        json.WriteString("reason", recipe.Reason);
        json.WriteNumber("faults", recipe.Faults);
        json.WriteNumber("lost_scans", recipe.Lost);
        json.WriteStartArray("problems");
        foreach (var problem in recipe.Problems) json.WriteStringValue(Logging.LogText.Sanitize(problem.ToString()));
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
