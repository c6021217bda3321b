using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Api;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Live;

/// <summary>
/// <c>/api/history?device=&amp;tag=&amp;from=&amp;to=</c>: the points of a tag within the last hour, for plots. Requests come on the thread
/// pool, several at a time; keeps no state.
/// </summary>
/// <param name="history">The points; null if the host keeps none.</param>
/// <param name="time">The clock.</param>
internal sealed class HistoryApi(TagHistory? history, TimeProvider time)
{
    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/history", FindAsync).RequireRole(Roles.Viewer).Describe(
        "Values of a tag from memory, as [milliseconds since 1970, min, max, last]",
        Query("device", "the device; required"), Query("tag", "the tag; required"),
        Query("from", "the first time; an hour ago if it is left out"), Query("to", "the last time; now if it is left out"));

    private Task FindAsync(HttpContext context)
    {
        if (history is null)
            throw new ApiException(StatusCodes.Status404NotFound, "the host keeps no history: it does with a section [web] in site.toml");
        var now = time.GetUtcNow();
        var (device, tag) = (Text(context, "device"), Text(context, "tag"));
        var (from, to) = (Time(context, "from") ?? now.AddHours(-1), Time(context, "to") ?? now);
        var points = history.Find(device, tag, now - from, now - to)
            ?? throw new ApiException(StatusCodes.Status404NotFound, $"no tag \"{tag}\" in a device \"{device}\"");
        return ApiResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("device"u8, device);
            json.WriteString("tag"u8, tag);
            json.WriteNumber("bucket_seconds"u8, history.BucketSeconds);
            json.WriteStartArray("points"u8);
            foreach (var point in points) Write(json, point, now);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Writes <c>[milliseconds since 1970, min, max, last]</c>.</summary>
    private static void Write(Utf8JsonWriter json, in HistoryPoint point, DateTimeOffset now)
    {
        json.WriteStartArray();
        json.WriteNumberValue((now - point.Age).ToUnixTimeMilliseconds());
        json.WriteNumberValue(point.Min);
        json.WriteNumberValue(point.Max);
        json.WriteNumberValue(point.Last);
        json.WriteEndArray();
    }

    private static string Text(HttpContext context, string key) => (string?)context.Request.Query[key] is { Length: > 0 } text ? text
        : throw new ApiException(StatusCodes.Status400BadRequest, $"the query lacks {key}=");

    private static DateTimeOffset? Time(HttpContext context, string key)
    {
        string? text = context.Request.Query[key];
        if (string.IsNullOrEmpty(text)) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment
            : throw new ApiException(StatusCodes.Status400BadRequest, $"{key}=\"{text}\" is no time such as 2026-11-30T08:00:00Z");
    }
}
