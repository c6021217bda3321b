using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;
using PlantRuntime.Tools.Client;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Api;

/// <summary>
/// The devices in the API: state, reading, browsing, tracing, writing, retrying. Requests come on the thread pool, several at a time; it
/// keeps only the number of open traces. Calls into a driver run in the session of its device, between scans. Writes go through
/// <see cref="WriteService"/>, which checks the rules and writes the audit log.
/// </summary>
/// <param name="devices">The devices of the site, as they are now: the list follows reloads.</param>
/// <param name="writes">The write service of the site.</param>
/// <param name="traces">Returns the traces of the devices.</param>
/// <param name="time">The clock.</param>
internal sealed class DevicesApi(
    IReadOnlyList<DeviceSupervisor> devices, WriteService writes, Func<DeviceTraces> traces, TimeProvider time)
{
    private const int MaxTraces = 8;

    private static readonly TimeSpan s_longestTrace = TimeSpan.FromDays(1);

    private int _openTraces;

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/devices/{device}", context => ApiResponse.WriteAsync(context, State(Find(context)))).RequireRole(Roles.Viewer)
            .Describe("The state of a device");
        routes.MapPost("/api/devices/{device}/read", ReadAsync).RequireRole(Roles.Engineer).Describe(
            "Reads addresses of a device once, of tags or others",
            Required("tags", "list of { name, address, type }; type may be left out", "array"));
        routes.MapGet("/api/devices/{device}/browse", BrowseAsync).RequireRole(Roles.Engineer).Describe(
            new RouteDescription("Lists the data of a device, one entry a line; the last line is { end } with their number, or { error }",
                Query("root", "where the list begins"), Query("depth", "the number of levels", "integer"))
                { ContentType = ApiResponse.Lines });
        routes.MapPost("/api/devices/{device}/trace", TraceAsync).Audited("trace").RequireRole(Roles.Engineer).Describe(
            new RouteDescription("Shows the messages between host and device as they pass, one a line, without secrets; the last line is "
                + "{ end } with their number",
                Field("for", "how long, such as 10s; without it until the client goes"))
                { ContentType = ApiResponse.Lines, Failure = (StatusCodes.Status503ServiceUnavailable, "too many traces are open") });
        routes.MapPost("/api/devices/{device}/retry", RetryAsync).Audited("retry").RequireRole(Roles.Engineer).Describe(
            new RouteDescription("Connects a device now that waits for its next attempt or is parked")
                { ContentType = null, Status = StatusCodes.Status204NoContent });
        routes.MapPost("/api/devices/{device}/tags/{tag}", WriteAsync).RequireRole(Roles.Operator).Describe(
            "Writes a value, if site.toml allows it, and reads it back", Required("value", "the value", ""));
    }

    private async Task WriteAsync(HttpContext context)
    {
        var (device, tag) = (Route(context, "device"), Route(context, "tag"));
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        if (!body.ContainsKey("value")) throw new ApiException(StatusCodes.Status400BadRequest, "the body lacks \"value\"");
        var value = JsonValues.Parse(body["value"]);
        var attempt = writes.Request(new TagWriteRequest(device, tag, value, time.GetTimestamp(), AuditTrail.Who(context)));
        var result = await attempt.Result.ConfigureAwait(false);
        var answer = new JsonObject { ["outcome"] = AuditEntry.ToText(result.Outcome), ["reason"] = Safe(result.Reason) };
        await ApiResponse.WriteAsync(context, answer).ConfigureAwait(false);
    }

    /// <summary>Reads addresses, of tags or others: <c>tags</c> is a list of <c>{"name","address","type"}</c>.</summary>
    private async Task ReadAsync(HttpContext context)
    {
        var device = Find(context);
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        if (body["tags"] is not JsonArray list || list.Any(t => t is not JsonObject))
            throw new ApiException(StatusCodes.Status400BadRequest, "\"tags\" is a list of { name, address, type }");
        var tags = list.Select(t => t!.AsObject()).Select(t => new TagDefinition(
            ApiResponse.Text(t, "name"), ApiResponse.Text(t, "address"), t["type"] is null ? null : ApiResponse.Text(t, "type"))).ToList();
        var samples = await device.AskAsync(async (driver, cancel) =>
        {
            var reader = OnDemand.Prepare(driver, device.Name, tags);
            var buffer = new ScanBuffer([.. tags.Select((t, i) => new Tag(i, t.Name, ""))]);
            buffer.Reset(time.GetUtcNow().UtcDateTime);
            await reader.ReadAsync(buffer, cancel).ConfigureAwait(false);
            return new JsonArray([.. Enumerable.Range(0, buffer.Count).Select(i => Sample(buffer, i))]);
        }).ConfigureAwait(false);
        await ApiResponse.WriteAsync(context, samples).ConfigureAwait(false);
    }

    private async Task BrowseAsync(HttpContext context)
    {
        var depth = (int?)ApiQuery.Number(context, "depth", 0, int.MaxValue);
        using var response = new BrowseResponse(Find(context), new BrowseScope(ApiQuery.Text(context, "root"), depth), time);
        await response.SendAsync(context).ConfigureAwait(false);
    }

    private async Task TraceAsync(HttpContext context)
    {
        AuditTrail.SetSubject(context, Route(context, "device"));
        var device = Find(context);
        var length = Timeout.InfiniteTimeSpan;
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        var text = body["for"] is null ? null : ApiResponse.Text(body, "for");
        if (text is not null
            && !(DurationText.TryParse(text, out length, out _) && length > TimeSpan.Zero && length <= s_longestTrace))
            throw new ApiException(StatusCodes.Status400BadRequest,
                $"for: \"{LogText.Sanitize(text)}\" is no duration such as 10s, at most 1d");
        if (Interlocked.Increment(ref _openTraces) > MaxTraces)
        {
            Interlocked.Decrement(ref _openTraces);
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"{MaxTraces} traces are open, which is the limit: end one");
        }

        try
        {
            await new TraceResponse(traces().Of(device.Name), time).SendAsync(context, length, device.Status).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _openTraces);
        }
    }

    private async Task RetryAsync(HttpContext context)
    {
        AuditTrail.SetSubject(context, Route(context, "device"));
        await Find(context).RetryNowAsync().ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static JsonObject State(DeviceSupervisor device) => new()
    {
        ["state"] = device.Status.State.ToString(),
        ["reason"] = device.Status.Reason,
        ["renewals"] = device.Status.Renewals,
        ["attempts"] = device.Status.Attempts,
        ["reconnects"] = device.Status.ReconnectsInRow,
        ["facts"] = new JsonArray([.. device.Status.Facts.Select(f =>
            new JsonObject { ["name"] = f.Name, ["text"] = f.Text, ["wrong"] = f.IsWrong })]),
    };

    private static JsonObject Sample(ScanBuffer buffer, int index)
    {
        var sample = buffer.Samples[index];
        return new JsonObject
            { ["value"] = JsonValues.From(sample.Value), ["quality"] = (int)sample.Quality, ["reason"] = Safe(buffer.Reason(index)) };
    }

    private static string? Safe(string? text) => text is null ? null : LogText.Sanitize(text);

    private DeviceSupervisor Find(HttpContext context)
    {
        var name = Route(context, "device");
        return devices.FirstOrDefault(d => d.Name == name) ?? throw new ApiException(StatusCodes.Status404NotFound,
            $"no device \"{name}\" in the running site{Nearest.DidYouMean(name, devices.Select(d => d.Name))}");
    }

    /// <summary>Returns a part of the path. ASP.NET Core decodes all of it but the slash.</summary>
    private static string Route(HttpContext context, string key) =>
        ((string)context.Request.RouteValues[key]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
