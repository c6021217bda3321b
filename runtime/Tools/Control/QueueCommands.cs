using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Executes <c>plant queue</c> in a running host. Called by the <see cref="ControlServer"/> on the thread pool, several commands at a time;
/// keeps no state. Lambdas that get a <see cref="QueueStore"/> run on the queue thread.
/// </summary>
/// <param name="sinks">The sinks of the site.</param>
/// <param name="queue">Returns the queue; null while no sink of the site has one.</param>
internal sealed class QueueCommands(IReadOnlyList<SinkSupervisor> sinks, Func<DiskQueue?> queue)
{
    /// <summary>Registers the commands, before the server starts.</summary>
    public void AddTo(ControlServer server)
    {
        server.On("queue", _ => ListAsync());
        server.On("queue-letters", LettersAsync);
        server.On("queue-retry", request => ChangeAsync(request, (stored, choose) => stored.RetryAsync(choose)));
        server.On("queue-delete", request => ChangeAsync(request, (stored, choose) => stored.DeleteAsync(choose)));
    }

    private async Task<JsonNode> ListAsync()
    {
        var lanes = queue() is not { } stored ? [] : await stored.AskAsync(store => store.State.Cursors.Select(l =>
            (l.Sink, l.Bytes, Age: store.OldestAge(l), Letters: store.DeadLetters.Count(l.Sink),
                Accounts: store.State.Counters.Where(a => a.Sink == l.Sink).Select(a => a.Copy()).ToList())).ToList())
                .ConfigureAwait(false);
        var names = sinks.Select(s => s.Name).Concat(lanes.Select(l => l.Sink)).Distinct();
        var list = new JsonArray();
        foreach (var name in names)
        {
            var sink = sinks.FirstOrDefault(s => s.Name == name);
            var lane = lanes.FirstOrDefault(l => l.Sink == name);
            var accounts = lane.Accounts ?? [.. sink!.Accounts];
            list.Add(new JsonObject
            {
                ["sink"] = name,
                ["state"] = sink?.State.ToString() ?? "NotInSite",
                ["reason"] = sink?.Reason,
                ["delivery"] = sink?.Model.Delivery == DeliveryKind.Direct ? "direct" : "queued",
                ["bytes"] = lane.Bytes,
                ["oldest_seconds"] = lane.Age?.TotalSeconds,
                ["dead_letters"] = lane.Letters,
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
    /// Returns the dead letters with these <c>ids</c>, the <c>last</c> few, or a page of those <c>after</c> an id; an empty
    /// page is the end.
    /// </summary>
    private async Task<JsonNode> LettersAsync(JsonObject request)
    {
        if (queue() is not { } stored) return new JsonArray();
        var (sink, ids) = (Sink(request), Ids(request));
        var letters = await stored.AskAsync(store =>
        {
            Check(store, sink);
            if (ids is not null) return Find(store, sink, ids);
            return request["last"] is { } last ? store.DeadLetters.Last((int)last)
                : store.DeadLetters.Page(sink, (long?)request["after"] ?? 0);
        }).ConfigureAwait(false);
        return new JsonArray([.. letters.Select(Letter)]);
    }

    /// <summary>
    /// Changes the dead letters with these <c>ids</c>, or all that exist when it starts; of one <c>sink</c>, or of all. One transaction per
    /// page, so that deliveries do not wait long.
    /// </summary>
    private async Task<JsonNode> ChangeAsync(
        JsonObject request, Func<DiskQueue, Func<QueueStore, IReadOnlyList<DeadLetter>>, Task<IReadOnlyList<DeadLetter>>> change)
    {
        if (queue() is not { } stored) return 0;
        var sink = Sink(request);
        if (Ids(request) is { } ids) return (await change(stored, store => Find(store, sink, ids)).ConfigureAwait(false)).Count;
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

    private static string? Sink(JsonObject request) => (string?)request["sink"];

    private static HashSet<long>? Ids(JsonObject request) => (request["ids"] as JsonArray)?.Select(i => (long)i!).ToHashSet();

    private void Check(QueueStore store, string? sink)
    {
        if (sink is null || store.State.HasCursor(sink)) return;
        var known = sinks.Where(s => s.Model.Delivery != DeliveryKind.Direct).Select(s => s.Name)
            .Concat(store.State.Cursors.Select(l => l.Sink));
        if (!known.Contains(sink)) throw new ControlException($"no sink \"{sink}\" has a queue{Nearest.DidYouMean(sink, known)}");
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
        throw new ControlException($"there is no dead letter {string.Join(", ", missing)}{(sink is null ? "" : $" of {sink}")}");
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
