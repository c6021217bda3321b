using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Engine;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/api/alerts</c>: the alerts of the host, with start, end and who has acknowledged them. Alerts and acknowledgements are in memory and
/// begin anew with the host. Requests come on the thread pool, several at a time.
/// </summary>
/// <param name="status">The alerts.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives a line for each acknowledgement.</param>
internal sealed class AlertsApi(SiteStatus status, TimeProvider time, PlantLog log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Acknowledgement> _acknowledged = [];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alerts", ListAsync).RequireRole(Roles.Viewer).Describe(
            "Alerts of the host: active ones first, then the last ones that are over, each newest first",
            Query("active", "true for active ones only", "boolean"));
        routes.MapPost("/api/alerts/{id:long}/acknowledge", AcknowledgeAsync).Audited("acknowledge").RequireRole(Roles.Operator).Describe(
            "Marks an alert as seen, with the name of the user");
    }

    private Task ListAsync(HttpContext context)
    {
        var onlyActive = ApiQuery.Flag(context, "active");
        return ApiResponse.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var entry in Entries().Where(e => !onlyActive || e.End is null)) Write(json, entry);
            json.WriteEndArray();
        });
    }

    private Task AcknowledgeAsync(HttpContext context)
    {
        var id = long.Parse((string)context.Request.RouteValues["id"]!, CultureInfo.InvariantCulture);
        var entry = Entries().FirstOrDefault(e => e.Begin.Number == id)
            ?? throw new ApiException(StatusCodes.Status404NotFound, $"there is no alert {id}, or it was forgotten");
        if (entry.Acknowledged is null)
        {
            var by = new Acknowledgement(context.User.Identity!.Name ?? "", time.GetUtcNow().UtcDateTime);
            lock (_gate) _acknowledged.TryAdd(id, by);
            log.Info($"ACKNOWLEDGED alert={id} kind={entry.Begin.Kind} subject=\"{entry.Begin.Subject}\" by=\"{LogText.Sanitize(by.By)}\"");
        }

        var acknowledged = Entries().FirstOrDefault(e => e.Begin.Number == id) ?? entry;
        return ApiResponse.WriteAsync(context, json => Write(json, acknowledged));
    }

    /// <summary>Joins the starts and ends of alerts. A start that was forgotten is known while its alert is active.</summary>
    private List<Entry> Entries()
    {
        var (changes, active) = (status.AlertsAfter(0), status.ActiveAlerts());
        lock (_gate)
        {
            var known = active.Concat(changes.Where(c => c.IsActive)).Select(a => a.Number).ToHashSet();
            foreach (var id in _acknowledged.Keys.Where(id => !known.Contains(id))) _acknowledged.Remove(id);
            var open = new Dictionary<(AlertKind, string), Alert>();
            List<Entry> over = [];
            foreach (var change in changes)
            {
                if (change.IsActive) open[(change.Kind, change.Subject)] = change;
                else if (open.Remove((change.Kind, change.Subject), out var begin)) over.Add(Join(begin, change.Time));
            }

            // An alert that ended between the two reads is in both lists.
            var ended = over.Select(e => e.Begin.Number).ToHashSet();
            return
            [
                .. active.Reverse().Where(a => !ended.Contains(a.Number)).Select(a => Join(a, null)),
                .. over.OrderByDescending(e => e.Begin.Number),
            ];
        }
    }

    private Entry Join(Alert begin, DateTime? end) => new(begin, end, _acknowledged.GetValueOrDefault(begin.Number));

    private static void Write(Utf8JsonWriter json, Entry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("id", entry.Begin.Number);
        json.WriteString("kind", $"{entry.Begin.Kind}".ToLowerInvariant());
        json.WriteString("subject", entry.Begin.Subject);
        json.WriteString("reason", LogText.Sanitize(entry.Begin.Reason));
        json.WriteString("start", entry.Begin.Time);
        if (entry.End is { } end) json.WriteString("end", end);
        else json.WriteNull("end");
        json.WriteString("acknowledged_by", entry.Acknowledged?.By);
        if (entry.Acknowledged is { } acknowledged) json.WriteString("acknowledged", acknowledged.Time);
        else json.WriteNull("acknowledged");
        json.WriteEndObject();
    }

    private sealed record Acknowledgement(string By, DateTime Time);

    private sealed record Entry(Alert Begin, DateTime? End, Acknowledgement? Acknowledged);
}
