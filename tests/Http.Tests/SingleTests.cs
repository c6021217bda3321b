using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>Mode single: records that were delivered before a failure are not sent twice.</summary>
public sealed partial class SingleTests : HttpTestBase
{
    [Fact]
    public async Task A_retry_begins_where_the_last_attempt_stopped()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        Server.Next(ScriptedReply.From(204), ScriptedReply.From(204), ScriptedReply.From(503));
        await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 5), default));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 5), default);

        Assert.Equal([0, 1, 2, 2, 3, 4], Numbers());
        Assert.Equal(Server.Received[2]["Idempotency-Key"], Server.Received[3]["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_retry_in_other_batches_begins_there_too()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        var all = Batches.Counting(1, 0, 7);
        Server.Decide = request => ScriptedReply.From(Number(request) == 3 && Numbers().Count(n => n == 3) == 1 ? 503 : 204);
        await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(all.Part(i => i < 5), default));
        await sink.WriteAsync(all.Part(i => i < 2), default);
        await sink.WriteAsync(all.Part(i => i >= 2), default);

        Assert.Equal([0, 1, 2, 3, 3, 4, 5, 6], Numbers());
    }

    [Fact]
    public async Task Of_several_batches_that_fail_each_begins_where_it_stopped()
    {
        await using var sink = await ConnectAsync(new HttpOptions { Url = Server.Url, Mode = HttpMode.Single, InFlight = 2 });
        var all = Batches.Counting(1, 0, 8);
        var (first, second) = (all.Part(i => i < 4), all.Part(i => i >= 4));
        foreach (var batch in new[] { first, second })
        {
            Server.Next(ScriptedReply.From(204), ScriptedReply.From(204), ScriptedReply.From(503));
            await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(batch, default));
        }

        await sink.WriteAsync(first, default);
        await sink.WriteAsync(second, default);
        Assert.Equal([0, 1, 2, 4, 5, 6, 2, 3, 6, 7], Numbers());
    }

    [Fact]
    public async Task Refused_records_are_named_and_the_others_are_stored()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        Server.Decide = request => ScriptedReply.From(Number(request) % 10 == 3 ? 422 : 204, "no threes");
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 20), default));

        Assert.Equal([3, 13], refusal.Indexes);
        Assert.True(refusal.OthersAreStored);
        Assert.Matches("^record 3: .* answered 422 Because: no threes \\(and 1 more\\)$", refusal.Message);
        Assert.Equal(Enumerable.Range(0, 20), Numbers());
    }

    [Fact]
    public async Task A_failure_after_a_refused_record_tells_the_refusal_and_sends_nothing_twice()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        var batch = Batches.Counting(1, 0, 5);
        Server.Next(ScriptedReply.From(204), ScriptedReply.From(422), ScriptedReply.From(204), ScriptedReply.From(503));
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([1], refusal.Indexes);
        Assert.False(refusal.OthersAreStored);

        await sink.WriteAsync(batch.Part(i => i != 1), default);
        Assert.Equal([0, 1, 2, 3, 3, 4], Numbers());
    }

    private static int Number(ReceivedRequest request) => int.Parse(Digits().Match(request.Text).Groups[1].Value, null);

    [GeneratedRegex("""
        "n":(\d+)
        """)]
    private static partial Regex Digits();

    private int[] Numbers() => [.. Server.Received.Select(Number)];
}
