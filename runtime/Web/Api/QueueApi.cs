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
    private const string NotInSite = "site.toml has no such sink with a queue: plant queue move hands its records to another one, "
        + "plant queue forget drops them";

    private const int MaxLast = 1000;
    private static readonly string[] s_fields = ["sink", "ids"];

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/queue", ShowAsync).RequireRole(Roles.Viewer)
            .Describe("The queue: what waits for each sink, and the account of each route");
        routes.MapGet("/api/queue/letters", LettersAsync).RequireRole(Roles.Viewer).Describe(
            "Dead letters: those with an id, the last few, or a page of those after an id; an empty page is the end",
            Query("sink", "this sink only"), Query("id", "an id; may be given several times", "integer") with { IsRepeated = true },
            Query("last", "the number of the last ones, at most 1000", "integer"),
            Query("after", "the last id of the page before", "integer"));
        routes.MapPost("/api/queue/retry", RetryAsync).Audited("retry_letters").RequireRole(Roles.Engineer).Describe(
            "Sends dead letters again, behind all waiting records",
            Field("sink", "this sink only"), Field("ids", "list of ids; all if it is left out", "array"));
        routes.MapPost("/api/queue/delete", DeleteAsync).Audited("delete_letters").RequireRole(Roles.Engineer).Describe(
            "Deletes dead letters",
            Field("sink", "this sink only"), Field("ids", "list of ids; all if it is left out", "array"));
        routes.MapPost("/api/queue/move", MoveAsync).Audited("move_records").RequireRole(Roles.Engineer).Describe(
            "Moves the waiting records of a sink that the site no longer has to another sink, in order, behind its own",
            Field("from", "the sink that the site no longer has"), Field("to", "a sink of the site that has a queue"));
        routes.MapPost("/api/queue/forget", ForgetAsync).Audited("forget_sink").RequireRole(Roles.Engineer).Describe(
            "Drops the waiting records of a sink that the site no longer has, counted as dropped, and deletes its dead letters",
            Field("sink", "the sink that the site no longer has"));
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
        var names = sinks.Select(s => s.Name).Concat(cursors.Select(l => l.Sink)).Concat(counters?.Select(c => c.Key) ?? []).Distinct();
        var list = new JsonArray();
        foreach (var name in names)
        {
            var sink = sinks.FirstOrDefault(s => s.Name == name);
            var cursor = cursors.FirstOrDefault(l => l.Sink == name);
            var accounts = counters is null || !counters.Contains(name) ? sink?.Accounts ?? [] : counters[name];
            list.Add(new JsonObject
            {
                ["sink"] = name,
                ["state"] = sink?.State.ToString() ?? (cursor.Sink is null ? "Forgotten" : "NotInSite"),
                ["reason"] = sink is null && accounts.Sum(a => a.Waiting) > 0 ? NotInSite : sink?.Reason,
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
        ["moved"] = account.MovedIn - account.MovedOut,
    };

    /// <summary>
    /// Returns the dead letters with these <c>id</c>s, the <c>last</c> few, or a page of those <c>after</c> an id; an empty page is the
    /// end.
    /// </summary>
    private async Task LettersAsync(HttpContext context)
    {
        var (sink, ids) = (ApiQuery.Text(context, "sink"), ApiQuery.Numbers(context, "id"));
        var last = (int?)ApiQuery.Number(context, "last", 0, MaxLast);
        var after = ApiQuery.Number(context, "after", 0) ?? 0;
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
        RefuseUnknownFields(body, s_fields);
        var sink = body["sink"] is null ? null : ApiResponse.Text(body, "sink");
        var ids = Ids(body);
        AuditTrail.SetSubject(context, $"{sink ?? "all sinks"}: {(ids is null ? "all" : string.Join(", ", ids.Order()))}");
        var count = queue() is { } stored ? await ChangeAsync(stored, sink, ids, change).ConfigureAwait(false) : 0;
        await ApiResponse.WriteAsync(context, new JsonObject { ["count"] = count }).ConfigureAwait(false);
    }

    private async Task MoveAsync(HttpContext context)
    {
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        RefuseUnknownFields(body, ["from", "to"]);
        var (from, to) = (ApiResponse.Text(body, "from"), ApiResponse.Text(body, "to"));
        AuditTrail.SetSubject(context, $"{from} > {to}");
        if (from == to) throw new ApiException(StatusCodes.Status400BadRequest, "\"from\" and \"to\" are the same sink");
        var stored = await FindOrphanAsync(from).ConfigureAwait(false);
        var queued = sinks.Where(s => s.Model.Delivery != DeliveryKind.Direct).Select(s => s.Name).ToList();
        if (!queued.Contains(to))
        {
            throw sinks.Any(s => s.Name == to)
                ? new ApiException(StatusCodes.Status409Conflict, $"the sink \"{to}\" has no queue: it has delivery = \"direct\" in site.toml")
                : new ApiException(StatusCodes.Status404NotFound, $"the site has no sink \"{to}\"{Nearest.DidYouMean(to, queued)}");
        }

        var excess = await stored.AskAsync(store => !store.State.HasCursor(from) || store.State.CursorOf(from).Bytes == 0 ? 0
            : store.State.CursorOf(from).Bytes + store.State.CursorOf(to).Bytes - store.State.CursorOf(to).Limits.MaxSize.Bytes)
            .ConfigureAwait(false);
        if (excess > 0)
        {
            throw new ApiException(StatusCodes.Status409Conflict, $"the records of \"{from}\" do not fit into the queue of \"{to}\": "
                + $"{new ByteSize(excess)} too much; raise queue.max_size of {to} in site.toml, or move them when fewer wait");
        }

        await WriteAsync(context, from, to, await stored.TransferAsync(from, to).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task ForgetAsync(HttpContext context)
    {
        var body = await ApiResponse.ReadAsync(context).ConfigureAwait(false);
        RefuseUnknownFields(body, ["sink"]);
        var sink = ApiResponse.Text(body, "sink");
        AuditTrail.SetSubject(context, sink);
        var stored = await FindOrphanAsync(sink).ConfigureAwait(false);
        await WriteAsync(context, sink, null, await stored.TransferAsync(sink, null).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Refuses a sink whose records the site still delivers, and one that the queue has never known.</summary>
    private async Task<DiskQueue> FindOrphanAsync(string sink)
    {
        if (sinks.Any(s => s.Name == sink && s.Model.Delivery != DeliveryKind.Direct))
        {
            throw new ApiException(StatusCodes.Status409Conflict,
                $"\"{sink}\" is a sink of the site and delivers its records itself: rename or remove it in site.toml first");
        }

        var stored = queue();
        var known = stored is null ? [] : await stored.AskAsync(store =>
            store.State.Cursors.Select(c => c.Sink).Concat(store.State.Counters.Select(c => c.Sink)).Distinct().ToList())
            .ConfigureAwait(false);
        if (known.Contains(sink)) return stored!;
        var orphans = known.Except(sinks.Select(s => s.Name));
        throw new ApiException(StatusCodes.Status404NotFound, $"the queue knows no sink \"{sink}\"{Nearest.DidYouMean(sink, orphans)}");
    }

    private static Task WriteAsync(HttpContext context, string from, string? to, TransferResult result) => result.State switch
    {
        TransferState.InUse => throw new ApiException(StatusCodes.Status409Conflict,
            $"a session of \"{from}\" still delivers: try again when it has ended, some seconds after it was removed from site.toml"),
        TransferState.Full => throw new ApiException(StatusCodes.Status409Conflict,
            $"{result.Records} records are moved, the others do not fit into the queue of \"{to}\": raise its queue.max_size in site.toml, "
            + "or move them when fewer wait"),
        _ => ApiResponse.WriteAsync(context, new JsonObject
        {
            ["count"] = result.Records, ["damaged"] = result.Damaged, ["dead_letters"] = result.Letters,
        }),
    };

    private static void RefuseUnknownFields(JsonObject body, string[] fields)
    {
        if (body.Select(field => field.Key).FirstOrDefault(key => !fields.Contains(key)) is not { } unknown) return;
        throw new ApiException(StatusCodes.Status400BadRequest,
            $"unknown field \"{unknown}\"{Nearest.DidYouMean(unknown, fields, $": there are {string.Join(" and ", fields)}")}");
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
