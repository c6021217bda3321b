using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Web.Access;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/api/tags</c>, a list of all tags with value, quality, unit and time, and <c>/api/last</c>, the last scan of each device. Requests
/// come on the thread pool, several at a time; keeps no state.
/// </summary>
/// <param name="devices">The devices of the site, as they are now: the list follows reloads.</param>
internal sealed class TagsApi(IReadOnlyList<DeviceSupervisor> devices)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/tags", ListAsync).RequireRole(Roles.Viewer).Describe(
            "All tags with value, quality, unit and time",
            Query("device", "this device only"), Query("bad", "true for tags whose quality is not good", "boolean"));
        routes.MapGet("/api/last", LastAsync).RequireRole(Roles.Viewer).Describe("The last scan of each device: time, and values by tag");
    }

    /// <summary>
    /// Adds the paths of the monitor that PlantRuntime replaces at the lagoons: <c>/data</c> is <c>/api/last</c>, <c>/events</c> leads to
    /// the events of the page.
    /// </summary>
    public void MapLagoonMonitor(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/data", LastAsync).RequireRole(Roles.Viewer).Describe("The same as /api/last");
        routes.MapGet("/events", context =>
        {
            // Relative, for a reverse proxy with a prefix.
            context.Response.Redirect("./#events");
            return Task.CompletedTask;
        }).RequireRole(Roles.Viewer).Describe("Leads to the events of the page");
    }

    private Task ListAsync(HttpContext context)
    {
        var (device, onlyBad) = (ApiQuery.Text(context, "device"), ApiQuery.Flag(context, "bad"));
        if (device is not null && devices.All(d => d.Name != device))
        {
            throw new ApiException(StatusCodes.Status404NotFound,
                $"no device \"{device}\" in the running site{Nearest.DidYouMean(device, devices.Select(d => d.Name))}");
        }

        var (samples, reasons) = (Array.Empty<Sample>(), Array.Empty<string?>());
        return ApiResponse.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var source in devices.Where(d => device is null || d.Name == device))
            {
                var count = source.Status.CopyLatest(ref samples, ref reasons);
                for (var i = 0; i < count; i++)
                {
                    if (!onlyBad || samples[i].Quality != Quality.Good) Write(json, samples[i], reasons[i]);
                }
            }

            json.WriteEndArray();
        });
    }

    private Task LastAsync(HttpContext context) => ApiResponse.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        foreach (var device in devices)
        {
            json.WriteStartObject(device.Name);
            if (device.Status.LastScan is { } time) json.WriteString("time"u8, time);
            else json.WriteNull("time"u8);
            json.WriteStartObject("tags"u8);
            foreach (var sample in device.Status.Latest())
            {
                json.WritePropertyName(sample.Tag.Name);
                RecordJson.WriteValue(json, sample.Value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, in Sample sample, string? reason)
    {
        json.WriteStartObject();
        json.WriteString("device"u8, sample.Tag.Device);
        json.WriteString("tag"u8, sample.Tag.Name);
        json.WritePropertyName("value"u8);
        RecordJson.WriteValue(json, sample.Value);
        json.WriteString("quality"u8, sample.Quality.ToText());
        if (reason is not null) json.WriteString("reason"u8, LogText.Sanitize(reason));
        json.WriteString("unit"u8, sample.Tag.Unit);
        if (sample.Time != default) json.WriteString("time"u8, sample.Time);
        else json.WriteNull("time"u8);
        json.WriteString("description"u8, sample.Tag.Description);
        json.WriteEndObject();
    }
}
