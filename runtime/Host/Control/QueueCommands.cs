using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Control;

/// <summary>What <c>plant queue</c> asks a running host.</summary>
internal sealed class QueueCommands(IReadOnlyList<SinkRunner> sinks, Func<SiteQueue?> queue)
{
    public void AddTo(ControlServer server)
    {
        server.On("queue", _ => ListAsync());
        server.On("queue-letters", LettersAsync);
        server.On("queue-retry", request => ChangeAsync(request, letters => queue()!.RetryAsync(letters)));
        server.On("queue-delete", request => ChangeAsync(request, letters => queue()!.ChangeAsync(store =>
        {
            foreach (var letter in letters) store.Letters.Delete(letter);
        })));
    }

    private async Task<JsonNode> ListAsync()
    {
        var lanes = queue() is not { } stored ? [] : await stored.AskAsync(store => store.State.Lanes.Select(l =>
            (l.Sink, l.Bytes, Age: store.OldestAge(l), Letters: store.Letters.List(l.Sink).Count,
                Accounts: store.State.Accounts.Where(a => a.Sink == l.Sink).Select(a => a.Copy()).ToList())).ToList()).ConfigureAwait(false);
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

    private static JsonObject Route(Account account) => new()
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

    private async Task<JsonNode> LettersAsync(JsonObject request) => new JsonArray([.. (await FindAsync(request).ConfigureAwait(false)).Select(Letter)]);

    private async Task<JsonNode> ChangeAsync(JsonObject request, Func<IReadOnlyList<DeadLetter>, Task> change)
    {
        var letters = await FindAsync(request).ConfigureAwait(false);
        if (letters.Count > 0) await change(letters).ConfigureAwait(false);
        return letters.Count;
    }

    /// <summary>The dead letters with these <c>ids</c>, or all; of one <c>sink</c>, or of all.</summary>
    private async Task<IReadOnlyList<DeadLetter>> FindAsync(JsonObject request)
    {
        if (queue() is not { } stored) return [];
        var sink = (string?)request["sink"];
        var letters = await stored.AskAsync(store => store.Letters.List(sink)).ConfigureAwait(false);
        if (request["ids"] is not JsonArray ids) return letters;
        var wanted = ids.Select(i => (long)i!).ToHashSet();
        var found = letters.Where(l => wanted.Remove(l.Id)).ToList();
        return wanted.Count == 0 ? found : throw new ControlException($"there is no dead letter {string.Join(", ", wanted.Order())}");
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
