using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites.Models;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;
using static PlantRuntime.Web.Api.RouteParameter;

namespace PlantRuntime.Web.Api;

/// <summary>
/// The queue in the API: <c>/api/queue</c> and its dead letters. Requests come on the thread pool, several at a time; keeps no state.
/// Lambdas that get a <see cref="QueueStore"/> run on the queue thread.
/// </summary>
/// <param name="sinks">The sinks of the site.</param>
/// <param name="queue">Returns the queue; null while no sink of the site has one.</param>
internal sealed class QueueApi(IReadOnlyList<SinkSupervisor> sinks, Func<DiskQueue?> queue)
{
    private static readonly string[] s_fields = ["sink", "ids"];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/queue", ShowAsync).RequireRole(Roles.Viewer)
            .Describe("The queue: what waits for each sink, and the account of each route");
        routes.MapGet("/api/queue/letters", LettersAsync).RequireRole(Roles.Viewer).Describe(
            "Dead letters: those with an id, the last few, or a page of those after an id; an empty page is the end",
            Query("sink", "this sink only"), Query("id", "an id; may be given several times", "integer"),
            Query("last", "the number of the last ones, at most 1000", "integer"),
            Query("after", "the last id of the page before", "integer"));
        routes.MapPost("/api/queue/retry", RetryAsync).Audited("retry_letters").RequireRole(Roles.Engineer).Describe(
            "Sends dead letters again, behind all waiting records",
            Field("sink", "this sink only"), Field("ids", "list of ids; all if it is left out", "array"));
        routes.MapPost("/api/queue/delete", DeleteAsync).Audited("delete_letters").RequireRole(Roles.Engineer).Describe(
            "Deletes dead letters",
            Field("sink", "this sink only"), Field("ids", "list of ids; all if it is left out", "array"));
    }

    private async Task ShowAsync(HttpContext context) =>
        await ApiResponse.WriteAsync(context, await ListAsync().ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Describes the queue and the account of each route.</summary>
    public async Task<JsonObject> ListAsync()
    {
        var cursors = queue() is not { } stored ? [] : await stored.AskAsync(store => store.State.Cursors.Select(l =>
            (l.Sink, l.Bytes, Age: store.OldestAge(l), Letters: store.DeadLetters.Count(l.Sink))).ToList()).ConfigureAwait(false);

        // These have the records in memory too, which wait there while the disk is full.
        var counters = queue()?.Accounts.ToLookup(a => a.Sink);
        var names = sinks.Select(s => s.Name).Concat(cursors.Select(l => l.Sink)).Distinct();
        var list = new JsonArray();
        foreach (var name in names)
        {
            var sink = sinks.FirstOrDefault(s => s.Name == name);
            var cursor = cursors.FirstOrDefault(l => l.Sink == name);
            var accounts = counters is null || !counters.Contains(name) ? sink?.Accounts ?? [] : counters[name];
            list.Add(new JsonObject
            {
                ["sink"] = name,
                ["state"] = sink?.State.ToString() ?? "NotInSite",
                ["reason"] = sink?.Reason,
                ["delivery"] = sink?.Model.Delivery == DeliveryKind.Direct ? "direct" : "queued",
                ["bytes"] = cursor.Bytes,
                ["oldest_seconds"] = cursor.Age?.TotalSeconds,
                ["dead_letters"] = cursor.Letters,
                ["routes"] = new JsonArray([.. accounts.Select(Route)]),
            });
        }

        return new JsonObject { ["problem"] = queue()?.Problem, ["sinks"] = list };
    }

    private static JsonObject Route(RouteCounters account) => new()
    {
        ["recipe"] = account.Recipe,
        ["produced"] = account.Produced,
        ["delivered"] = account.Delivered,
        ["waiting"] = account.Waiting,
        ["expired"] = account.Expired,
        ["dead_lettered"] = account.DeadLettered,
        ["dropped"] = account.Dropped,
        ["damaged"] = account.Damaged,
    };

    /// <summary>
    /// Returns the dead letters with these <c>id</c>s, the <c>last</c> few, or a page of those <c>after</c> an id; an empty page is the
    /// end.
    /// </summary>
    private async Task LettersAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (sink, ids) = ((string?)query["sink"], query["id"].Select(Number).ToHashSet());
        int? last = query.TryGetValue("last", out var few) ? (int)Math.Clamp(Number(few), 0, 1000) : null;
        var after = Number(query["after"]);
        var letters = queue() is not { } stored ? [] : await stored.AskAsync(store =>
        {
            Check(store, sink);
            if (ids.Count > 0) return Find(store, sink, ids);
            return last is { } count ? store.DeadLetters.Last(count) : store.DeadLetters.Page(sink, after);
        }).ConfigureAwait(false);
        await ApiResponse.WriteAsync(context, new JsonArray([.. letters.Select(Letter)])).ConfigureAwait(false);
    }

    private Task RetryAsync(HttpContext context) => ChangeAsync(context, (stored, choose) => stored.RetryAsync(choose));

    private Task DeleteAsync(HttpContext context) => ChangeAsync(context, (stored, choose) => stored.DeleteAsync(choose));

    /// <summary>
    /// Changes the dead letters with these <c>ids</c>, or all that exist when it starts; of one <c>sink</c>, or of all. One transaction per
    /// page, so that deliveries do not wait long.
    /// </summary>
    private async Task ChangeAsync(
        HttpContext context, Func<DiskQueue, Func<QueueStore, IReadOnlyList<DeadLetter>>, Task<IReadOnlyList<DeadLetter>>> change)
    {
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);

        // A misspelt "ids" would mean all dead letters.
        if (body.Select(field => field.Key).FirstOrDefault(key => !s_fields.Contains(key)) is { } unknown)
        {
            throw new ApiException(StatusCodes.Status400BadRequest,
                $"unknown field \"{unknown}\"{Nearest.DidYouMean(unknown, s_fields, ": there are sink and ids")}");
        }

        var sink = body["sink"] is null ? null : ApiResponse.Text(body, "sink");
        var ids = Ids(body);
        AuditTrail.SetSubject(context, $"{sink ?? "all sinks"}: {(ids is null ? "all" : string.Join(", ", ids.Order()))}");
        var count = queue() is { } stored ? await ChangeAsync(stored, sink, ids, change).ConfigureAwait(false) : 0;
        await ApiResponse.WriteAsync(context, new JsonObject { ["count"] = count }).ConfigureAwait(false);
    }

    private async Task<int> ChangeAsync(DiskQueue stored, string? sink, HashSet<long>? ids,
        Func<DiskQueue, Func<QueueStore, IReadOnlyList<DeadLetter>>, Task<IReadOnlyList<DeadLetter>>> change)
    {
        if (ids is not null) return (await change(stored, store => Find(store, sink, ids)).ConfigureAwait(false)).Count;
        var end = await stored.AskAsync(store =>
        {
            Check(store, sink);
            return store.DeadLetters.LastId;
        }).ConfigureAwait(false);
        for (var (after, count) = (0L, 0);;)
        {
            var page = await change(stored, store => [.. store.DeadLetters.Page(sink, after).TakeWhile(l => l.Id <= end)])
                .ConfigureAwait(false);
            if (page.Count == 0) return count;
            (after, count) = (page[^1].Id, count + page.Count);
        }
    }

    /// <summary>Returns the ids of a request; null if it names none, which means all.</summary>
    private static HashSet<long>? Ids(JsonObject body) => body["ids"] switch
    {
        null => null,
        JsonArray list when list.All(i => i is JsonValue value && value.TryGetValue(out long _)) => list.Select(i => (long)i!).ToHashSet(),
        _ => throw new ApiException(StatusCodes.Status400BadRequest, "\"ids\" is a list of numbers"),
    };

    private static long Number(string? text) => text is null ? 0
        : long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ApiException(StatusCodes.Status400BadRequest, $"\"{text}\" is no number");

    private void Check(QueueStore store, string? sink)
    {
        if (sink is null || store.State.HasCursor(sink)) return;
        var known = sinks.Where(s => s.Model.Delivery != DeliveryKind.Direct).Select(s => s.Name)
            .Concat(store.State.Cursors.Select(l => l.Sink));
        if (known.Contains(sink)) return;
        throw new ApiException(StatusCodes.Status404NotFound, $"no sink \"{sink}\" has a queue{Nearest.DidYouMean(sink, known)}");
    }

    private List<DeadLetter> Find(QueueStore store, string? sink, IEnumerable<long> ids)
    {
        Check(store, sink);
        var (found, missing) = (new List<DeadLetter>(), new List<long>());
        foreach (var id in ids.Order())
        {
            if (store.DeadLetters.Find(id) is { } letter && (sink is null || letter.Sink == sink)) found.Add(letter);
            else missing.Add(id);
        }

        if (missing.Count == 0) return found;
        throw new ApiException(
            StatusCodes.Status404NotFound, $"there is no dead letter {string.Join(", ", missing)}{(sink is null ? "" : $" of {sink}")}");
    }

    private static JsonNode Letter(DeadLetter letter)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) RecordJson.Write(writer, letter.Records()[0]);
        return new JsonObject
        {
            ["id"] = letter.Id,
            ["sink"] = letter.Sink,
            ["recipe"] = letter.Recipe,
            ["refused"] = letter.Time,
            ["tries"] = letter.Tries,
            ["reason"] = letter.Reason,
            ["identity"] = letter.Identity.ToString(),
            ["record"] = JsonNode.Parse(bytes.ToArray()),
        };
    }
}
