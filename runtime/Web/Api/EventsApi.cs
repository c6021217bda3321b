using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Web.Access;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Api;

/// <summary>
/// <c>/api/events</c>: the events that a sink has stored, open ones first, in pages. Requests come on the thread pool; few read at a
/// time, because a sink may block on its file.
/// </summary>
/// <param name="sinks">The sinks of the site, as they are now.</param>
/// <param name="time">The clock.</param>
internal sealed class EventsApi(IReadOnlyList<SinkSupervisor> sinks, TimeProvider time) : IDisposable
{
    private const int ReadersAtOnce = 2;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _readers = new(ReadersAtOnce, ReadersAtOnce);

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/events", ListAsync).RequireRole(Roles.Viewer).Describe(
        "Events that a sink has stored: open ones first, then closed ones, each newest first",
        Query("open", "true for open ones only", "boolean"),
        Query("from", "closed events that started before this time are left out"),
        Query("to", "events that started at this time or later are left out"),
        Query("limit", "the largest number of events: 1 to 1000, 100 if it is left out", "integer"),
        Query("after", "next of the page before"),
        Query("sink", "the sink; if it is left out, the first that has stored an event"));

    public void Dispose() => _readers.Dispose();

    private async Task ListAsync(HttpContext context)
    {
        var onlyOpen = ApiQuery.Flag(context, "open");
        var request = new EventQuery
        {
            From = ApiQuery.Time(context, "from"),
            To = ApiQuery.Time(context, "to"),
            After = ApiQuery.Text(context, "after"),
            Limit = (int?)ApiQuery.Number(context, "limit", 1, EventQuery.MaxLimit) ?? new EventQuery().Limit,
        };
        var (sink, store) = await FindAsync(ApiQuery.Text(context, "sink"), context.RequestAborted).ConfigureAwait(false);
        var page = store is null ? new EventPage([], null) : await ReadAsync(store, request, context.RequestAborted).ConfigureAwait(false);

        // Open events come first, so a page that has a closed one is the last with open ones.
        if (onlyOpen && page.Events.Any(e => e.End is not null)) page = new EventPage([.. page.Events.Where(e => e.End is null)], null);
        await ApiResponse.WriteAsync(context, json => Write(json, sink, page)).ConfigureAwait(false);
    }

    /// <summary>
    /// Returns the sink with this name; without a name the first that has stored an event, or could. Nothing if no such sink is open.
    /// </summary>
    private async Task<(string? Sink, IEventStore? Store)> FindAsync(string? name, CancellationToken cancel)
    {
        var stores = sinks.Where(s => s.EventStore is not null).ToList();
        if (name is null)
        {
            foreach (var candidate in stores.Count > 1 ? stores : [])
            {
                if (candidate.EventStore is { } store && await HasEventsAsync(store, cancel).ConfigureAwait(false))
                    return (candidate.Name, store);
            }

            return stores.FirstOrDefault() is { } first ? (first.Name, first.EventStore) : (null, null);
        }

        var found = stores.Find(s => s.Name == name) ?? throw new ApiException(StatusCodes.Status404NotFound,
            $"no sink \"{name}\" that stores events is open{Nearest.DidYouMean(name, stores.Select(s => s.Name))}");
        return (found.Name, found.EventStore);
    }

    private async Task<bool> HasEventsAsync(IEventStore store, CancellationToken cancel) =>
        (await ReadAsync(store, new EventQuery { Limit = 1 }, cancel).ConfigureAwait(false)).Events.Count > 0;

    private async Task<EventPage> ReadAsync(IEventStore store, EventQuery request, CancellationToken cancel)
    {
        if (!await _readers.WaitAsync(s_patience, cancel).ConfigureAwait(false))
            throw new TimeoutException("other requests are reading the events; try again later");
        var reading = Task.Run(async () =>
        {
            try
            {
                return await store.ReadEventsAsync(request, cancel).ConfigureAwait(false);
            }
            finally
            {
                _readers.Release();
            }
        }, CancellationToken.None);
        try
        {
            return await reading.WaitAsync(s_patience, time, cancel).ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"after: {exception.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, string? sink, EventPage page)
    {
        json.WriteStartObject();
        json.WriteString("sink", sink);
        json.WriteStartArray("events");
        foreach (var item in page.Events)
        {
            json.WriteStartObject();
            json.WriteString("id", item.Id);
            json.WriteString("device", item.Device);
            json.WriteString("tag", item.Tag);
            json.WriteString("start", item.Start);
            if (item.End is { } end) json.WriteString("end", end);
            else json.WriteNull("end");
            if (item.Duration is { } duration) json.WriteNumber("duration_seconds", duration.TotalSeconds);
            else json.WriteNull("duration_seconds");
            WriteRecord(json, item.Json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("next", page.Next);
        json.WriteEndObject();
    }

    /// <summary>Writes the stored payload; null if the table was changed by hand and it is no JSON.</summary>
    private static void WriteRecord(Utf8JsonWriter json, string text)
    {
        json.WritePropertyName("record");
        try
        {
            using var record = JsonDocument.Parse(text);
            record.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteNullValue();
        }
    }
}
