using System.Text.Json;
using PlantRuntime.Engine;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Logging;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Tells whether a host does all that its site asks of it: every device is read, no sink is down, the queue stores, every recipe runs as it
/// was edited. A standby host is ready: it does what its site asks of it, which is to wait. Immutable.
/// </summary>
/// <param name="Site">Name of the site.</param>
/// <param name="Status">"ready", "standby", "starting" or "not_ready".</param>
/// <param name="Unhealthy">The parts that do not work, at most <see cref="MostParts"/>.</param>
internal sealed record Readiness(string Site, string Status, IReadOnlyList<UnhealthyPart> Unhealthy)
{
    private const int MostParts = 100;

    /// <summary>True if the status of the response is 200.</summary>
    public bool IsReady => Status is "ready" or "standby";

    /// <summary>Reads the readiness of a host. Any thread.</summary>
    public static Readiness From(SiteHost host, HostHealth health)
    {
        if (health.Status == "standby") return new Readiness(health.Site, "standby", []);
        if (!host.IsStarted) return new Readiness(health.Site, "starting", []);
        List<UnhealthyPart> parts = [.. Parts(host).Take(MostParts)];
        return new Readiness(health.Site, parts.Count == 0 ? "ready" : "not_ready", parts);
    }

    /// <summary>Writes the response of a process that answers.</summary>
    public static void WriteLive(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status", "live");
        json.WriteEndObject();
    }

    /// <summary>Writes <c>{"status":"ready","site":"pumps","unhealthy":[]}</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status", Status);
        json.WriteString("site", Site);
        json.WriteStartArray("unhealthy");
        foreach (var part in Unhealthy)
        {
            json.WriteStartObject();
            json.WriteString("kind", part.Kind);
            json.WriteString("name", part.Name);
            json.WriteString("state", part.State);
            json.WriteString("reason", part.Reason is null ? null : LogText.Sanitize(part.Reason));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>True if the device is read.</summary>
    public static bool IsHealthy(DeviceSupervisor device) => device.Status.State == DeviceState.Running;

    /// <summary>True if the sink is not down. One that is tried again after its first failures is not down yet.</summary>
    public static bool IsHealthy(SinkSupervisor sink) => sink.State is SinkState.Ready or SinkState.Running or SinkState.Retrying;

    /// <summary>True if the recipe runs as it was edited.</summary>
    public static bool IsHealthy(RecipeSlot recipe) =>
        recipe.Status == "Running" && recipe.Problems.Count == 0 && recipe.Rejected is null;

    /// <summary>The reason of a recipe; one whose edited version was rolled back has one also without errors.</summary>
    public static string? WhyNotAsEdited(RecipeSlot recipe) =>
        recipe.Reason ?? (recipe.Rejected is null ? null : "the edited version was rolled back");

    private static IEnumerable<UnhealthyPart> Parts(SiteHost host)
    {
        if (host.Site.NotAsEditedReason is { } reason)
            yield return new UnhealthyPart("site", "site.toml", host.Site.RejectedReason is null ? "RolledBack" : "Refused", reason);
        if (host.Queue is { Problem: { } problem } queue)
            yield return new UnhealthyPart("queue", "queue", queue.HasFailed ? "Failed" : "Full", problem);
        foreach (var device in host.Devices)
        {
            if (!IsHealthy(device)) yield return new UnhealthyPart("device", device.Name, $"{device.Status.State}", device.Status.Reason);
        }

        foreach (var sink in host.Sinks)
        {
            if (!IsHealthy(sink)) yield return new UnhealthyPart("sink", sink.Name, $"{sink.State}", sink.Reason);
        }

        foreach (var recipe in host.Recipes.Slots)
        {
            if (recipe.Status != "Running") yield return new UnhealthyPart("recipe", recipe.File, recipe.Status, recipe.Reason);
            else if (!IsHealthy(recipe)) yield return new UnhealthyPart("recipe", recipe.File, "NotAsEdited", WhyNotAsEdited(recipe));
        }
    }
}

/// <summary>A part of a site that does not work. Immutable.</summary>
/// <param name="Kind">"site", "queue", "device", "sink" or "recipe".</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">The reason; null if it is not known.</param>
internal sealed record UnhealthyPart(string Kind, string Name, string State, string? Reason);
