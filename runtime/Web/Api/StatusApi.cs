using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Sites.Models;
using PlantRuntime.Web.Access;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/api/status</c>: the site, its devices, mirrors, sinks, recipes and queue, each with its state and the reason for it. Requests come
/// on the thread pool, several at a time; keeps no state but the time of its creation.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="queue">Describes the queue.</param>
/// <param name="health">Returns the state of the host as a whole.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusApi(SiteHost host, QueueApi queue, Func<HostHealth> health, TimeProvider time)
{
    private static readonly string s_version = typeof(StatusApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    /// <summary>A queue thread that is held up by its disk for longer does not hold up the status.</summary>
    private static readonly TimeSpan s_queuePatience = TimeSpan.FromSeconds(2);

    private readonly DateTime _started = time.GetUtcNow().UtcDateTime;
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/status", AnswerAsync).RequireRole(Roles.Viewer)
        .Describe("The site, its devices, mirrors, sinks, recipes and queue, each with its state and the reason for it");

    /// <summary>Writes the status as one JSON object, without the queue.</summary>
    public void Write(Utf8JsonWriter json) => Write(json, queued: null);

    private void Write(Utf8JsonWriter json, JsonObject? queued)
    {
        var now = health();
        json.WriteStartObject();
        json.WriteString("site", host.Site.Model.Name);
        json.WriteNumber("plant_id", host.Site.Model.PlantId);
        json.WriteString("tenant", host.Site.Model.Tenant);
        json.WriteString("version", s_version);
        json.WriteString("health", now.Status);
        json.WriteString("ready", Readiness.From(host, now).Status);
        json.WriteString("time", time.GetUtcNow().UtcDateTime);
        json.WriteString("started", _started);
        json.WriteNumber("uptime_seconds", Math.Round(time.GetElapsedTime(_startedAt).TotalSeconds));
        json.WriteNumber("memory_bytes", Environment.WorkingSet);
        json.WriteString("site_error", host.Site.NotAsEditedReason);
        json.WriteString("queue_error", host.Queue?.Problem);
        json.WriteString("log_error", host.LogFailure);
        Write(json, host.Lease);
        json.WriteStartArray("disks");
        foreach (var disk in host.Status.Disks) Write(json, disk);
        json.WriteEndArray();
        json.WriteStartArray("devices");
        foreach (var device in host.Devices) Write(json, device);
        json.WriteEndArray();
        json.WriteStartArray("mirrors");
        foreach (var mirror in host.Mirrors.Running) Write(json, mirror);
        json.WriteEndArray();
        json.WriteStartArray("sinks");
        foreach (var sink in host.Sinks) Write(json, sink);
        json.WriteEndArray();
        json.WriteStartArray("recipes");
        foreach (var recipe in host.Recipes.Slots) Write(json, recipe);
        json.WriteEndArray();
        if (queued is not null)
        {
            json.WritePropertyName("queue");
            queued.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes which host of a pair is active and since when, as far as this one knows; null without a lease.</summary>
    private static void Write(Utf8JsonWriter json, SiteLease? lease)
    {
        if (lease is null)
        {
            json.WriteNull("lease");
            return;
        }

        var isActive = lease.IsHeld;
        var others = lease.Members;
        var active = isActive ? new LeaseMember(lease.Instance, true, lease.ActiveSince) : others.FirstOrDefault(m => m.IsActive);
        json.WriteStartObject("lease");
        json.WriteString("instance", Logging.LogText.Sanitize(lease.Instance));
        json.WriteString("state", isActive ? "active" : "standby");
        json.WriteString("active", active is null ? null : Logging.LogText.Sanitize(active.Instance));
        if (active?.Since is { } since) json.WriteString("since", since);
        else json.WriteNull("since");
        json.WriteNumber("token", lease.Token);
        json.WriteStartArray("standby");
        if (!isActive) json.WriteStringValue(Logging.LogText.Sanitize(lease.Instance));
        foreach (var other in others.Where(m => !m.IsActive)) json.WriteStringValue(Logging.LogText.Sanitize(other.Instance));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var queued = await QueueAsync().ConfigureAwait(false);
        await ApiResponse.WriteAsync(context, json => Write(json, queued)).ConfigureAwait(false);
    }

    /// <summary>Describes the queue; a queue that does not answer is described as such, because the rest of the status is known.</summary>
    private async Task<JsonObject> QueueAsync()
    {
        try
        {
            return await queue.ListAsync().WaitAsync(s_queuePatience, time).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var problem = exception is TimeoutException ? "the queue does not answer: its disk is slow or hangs"
                : Logging.LogText.Sanitize(exception.Message);
            return new JsonObject { ["problem"] = problem, ["sinks"] = new JsonArray() };
        }
    }

    private static void Write(Utf8JsonWriter json, MirrorRunner mirror)
    {
        var status = mirror.Status;
        json.WriteStartObject();
        json.WriteString("name", Logging.LogText.Sanitize(mirror.Mirror.ToString()));
        json.WriteString("reason", status.Reason);
        json.WriteNumber("copies", status.Copies);
        json.WriteNumber("unchanged", status.Unchanged);
        json.WriteNumber("skips", status.Skips);
        json.WriteNumber("age_ms", Math.Round(status.Age.TotalMilliseconds, 3));
        json.WriteNumber("age_p99_ms", Math.Round(status.Ages.Percentile(0.99).TotalMilliseconds, 3));
        json.WriteEndObject();
    }

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
        json.WriteBoolean("healthy", Readiness.IsHealthy(device));
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
        json.WriteBoolean("healthy", Readiness.IsHealthy(sink));
        json.WriteString("reason", sink.Reason);
        json.WriteString("delivery", sink.Model.Delivery == DeliveryKind.Direct ? "direct" : "queued");
        json.WriteBoolean("has_history", sink.SampleStore is not null);

        // Sinks that write to a file have its path as an option.
        json.WriteBoolean("file", sink.Model.Settings.Find("path") is not null);
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
        json.WriteBoolean("healthy", Readiness.IsHealthy(recipe));
        json.WriteNumber("version", recipe.Version);
        json.WriteString("reason", Readiness.WhyNotAsEdited(recipe));
        json.WriteNumber("faults", recipe.Faults);
        json.WriteNumber("lost_scans", recipe.Lost);
        WriteGroups(json, recipe);
        json.WriteStartArray("problems");
        foreach (var problem in recipe.Problems) json.WriteStringValue(Logging.LogText.Sanitize(problem.ToString()));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes the groups of GroupByTime: emitted, open, and those that were incomplete or had values that came too late.</summary>
    private static void WriteGroups(Utf8JsonWriter json, RecipeSlot recipe)
    {
        if (recipe.Groups is not { Count: > 0 } groups)
        {
            json.WriteNull("groups");
            return;
        }

        json.WriteStartObject("groups");
        json.WriteNumber("emitted", groups.Sum(g => g.Complete + g.Partial));
        json.WriteNumber("open", groups.Sum(g => g.Open));
        json.WriteNumber("incomplete", groups.Sum(g => g.Incomplete + g.Late));
        json.WriteEndObject();
    }
}
