using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Api;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Live;

/// <summary>
/// <c>/api/history?device=&amp;tag=&amp;from=&amp;to=</c>: the points of a tag, for plots: from memory, or from a sink if the range begins
/// before what is in memory. Requests come on the thread pool, several at a time; keeps no state.
/// </summary>
/// <param name="history">The points in memory; null if the host keeps none.</param>
/// <param name="stored">The points in sinks.</param>
/// <param name="devices">The devices of the site, as they are now.</param>
/// <param name="time">The clock.</param>
internal sealed class HistoryApi(TagHistory? history, StoredHistory stored, IReadOnlyList<DeviceSupervisor> devices, TimeProvider time)
{
    private const int MostPoints = 2000;
    private const int UsualPoints = 500;
    private static readonly DateTime s_earliest = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime s_latest = new(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/history", FindAsync).RequireRole(Roles.Viewer).Describe(
        "Values of a tag for plots, as [milliseconds since 1970, min, max, last], from memory or from a sink that stores it",
        Query("device", "the device; required"), Query("tag", "the tag; required"),
        Query("from", "the first time; that of the oldest value in memory if it is left out"),
        Query("to", "the time after the last value; now if it is left out"),
        Query("points", $"from a sink: the largest number of points, 1 to {MostPoints}, {UsualPoints} if it is left out", "integer"));

    private async Task FindAsync(HttpContext context)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (device, tag) = (Required(context, "device"), Required(context, "tag"));
        if (devices.All(d => d.Name != device || d.Tags.All(t => t.Name != tag)))
            throw new ApiException(StatusCodes.Status404NotFound, $"no tag \"{tag}\" in a device \"{device}\"");
        var (from, to) = (ApiQuery.Time(context, "from"), ApiQuery.Time(context, "to") ?? now);
        var points = (int?)ApiQuery.Number(context, "points", 1, MostPoints) ?? UsualPoints;
        var reach = history?.Reach ?? TimeSpan.Zero;
        if (from is { } begin)
        {
            if (begin > to) throw ApiQuery.Refusal("from is after to");
            if (begin < s_earliest || to > s_latest) throw ApiQuery.Refusal("from and to: expected times from 1970 to 2200");
            if (begin < now - reach && await ReadStoredAsync(device, tag, begin, to, points, context.RequestAborted).ConfigureAwait(false)
                is var (sink, series))
            {
                await ApiResponse.WriteAsync(context, json => Write(json, device, tag, sink, series)).ConfigureAwait(false);
                return;
            }
        }

        if (history is null && !stored.IsPossible)
        {
            throw new ApiException(StatusCodes.Status404NotFound,
                "the host keeps no history: it does with a section [web] in site.toml, or with a sink of the plugin sqlite");
        }

        var found = history?.Find(device, tag, from is null ? reach : now - from.Value, now - to) ?? [];
        await ApiResponse.WriteAsync(context, json => Write(json, device, tag, found, now, reach)).ConfigureAwait(false);
    }

    /// <summary>Buckets begin at multiples of their length, so that they are the same when the range moves.</summary>
    private async Task<(string Sink, Stored Series)?> ReadStoredAsync(
        string device, string tag, DateTime from, DateTime to, int points, CancellationToken cancel)
    {
        var length = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((to - from).TotalMilliseconds / points)));
        var begin = new DateTime(from.Ticks - (from.Ticks % length.Ticks), DateTimeKind.Utc);
        var count = (int)(((to - begin).Ticks + length.Ticks - 1) / length.Ticks);
        var query = new SampleQuery(device, tag, begin, length, count);
        return await stored.ReadAsync(query, cancel).ConfigureAwait(false) is var (sink, series)
            ? (sink, new Stored(series, length)) : null;
    }

    private static void Write(Utf8JsonWriter json, string device, string tag, string sink, Stored stored)
    {
        WriteHead(json, device, tag, sink, stored.Length.TotalSeconds, stored.Series.Oldest);
        json.WriteBoolean("complete"u8, stored.Series.IsComplete);
        json.WriteBoolean("thinned"u8, stored.Series.IsThinned);
        json.WriteStartArray("points"u8);
        foreach (var bucket in stored.Series.Buckets)
        {
            json.WriteStartArray();
            json.WriteNumberValue(new DateTimeOffset(bucket.Start).ToUnixTimeMilliseconds());
            WriteNumber(json, bucket.Min);
            WriteNumber(json, bucket.Max);
            WriteNumber(json, bucket.Last);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(
        Utf8JsonWriter json, string device, string tag, IReadOnlyList<HistoryPoint> points, DateTime now, TimeSpan reach)
    {
        WriteHead(json, device, tag, null, history?.BucketSeconds ?? 1, reach > TimeSpan.Zero ? now - reach : null);
        json.WriteBoolean("complete"u8, true);
        json.WriteBoolean("thinned"u8, false);
        json.WriteStartArray("points"u8);
        foreach (var point in points)
        {
            json.WriteStartArray();
            json.WriteNumberValue(new DateTimeOffset(now - point.Age).ToUnixTimeMilliseconds());
            json.WriteNumberValue(point.Min);
            json.WriteNumberValue(point.Max);
            json.WriteNumberValue(point.Last);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, string device, string tag, string? sink, double bucketSeconds, DateTime? oldest)
    {
        json.WriteStartObject();
        json.WriteString("device"u8, device);
        json.WriteString("tag"u8, tag);
        json.WriteString("sink"u8, sink);
        json.WriteNumber("bucket_seconds"u8, bucketSeconds);
        if (oldest is { } time) json.WriteNumber("oldest"u8, new DateTimeOffset(time).ToUnixTimeMilliseconds());
        else json.WriteNull("oldest"u8);
    }

    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number)) json.WriteNumberValue(number);
        else json.WriteNullValue();
    }

    private static string Required(HttpContext context, string key) => ApiQuery.Text(context, key) is { Length: > 0 } text ? text
        : throw ApiQuery.Refusal($"the query lacks {key}=");

    /// <summary>Samples of a sink and the length of their buckets. Immutable.</summary>
    private sealed record Stored(SampleSeries Series, TimeSpan Length);
}
