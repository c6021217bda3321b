using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Http.Tests;

/// <summary>Mode single: what was stored before a failure is not sent twice.</summary>
public sealed partial class SingleTests : HttpTestBase
{
    [Fact]
    public async Task A_retry_begins_where_the_last_attempt_stopped()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        Server.Next(Reply.Of(204), Reply.Of(204), Reply.Of(503));
        await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 5), default));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 5), default);

        Assert.Equal([0, 1, 2, 2, 3, 4], Numbers());
        Assert.Equal(Server.Seen[2]["Idempotency-Key"], Server.Seen[3]["Idempotency-Key"]);
    }

    [Fact]
    public async Task Refused_records_are_named_and_the_rest_is_not_sent_again()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        Server.Decide = request => Reply.Of(Number(request) % 10 == 3 ? 422 : 204, "no threes");
        var batch = Batches.Counting(1, 0, 20);
        var refusal = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([3, 13], refusal.Indexes);
        Assert.Matches("^record 3: .* answered 422 Because: no threes \\(and 1 more\\)$", refusal.Message);

        await sink.WriteAsync(Without(batch, refusal.Indexes!, 2), default);
        Assert.Equal(Enumerable.Range(0, 20), Numbers());
        await sink.WriteAsync(Without(batch, refusal.Indexes!, 3), default);
        Assert.Equal(38, Numbers().Length);
    }

    [Fact]
    public async Task Another_batch_after_refused_records_is_sent()
    {
        await using var sink = await ConnectAsync(With(HttpMode.Single));
        Server.Next(Reply.Of(422));
        await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));
        await sink.WriteAsync(Batches.Counting(2, 10, 2), default);

        Assert.Equal([0, 1, 2, 10, 11], Numbers());
    }

    private static RecordBatch Without(RecordBatch batch, IReadOnlyList<int> refused, long number)
    {
        var rest = Batches.Empty(number);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!refused.Contains(i)) rest.Add(batch[i]);
        }

        return rest;
    }

    private static int Number(SeenRequest request) => int.Parse(Digits().Match(request.Text).Groups[1].Value, null);

    [GeneratedRegex("""
        "n":(\d+)
        """)]
    private static partial Regex Digits();

    private int[] Numbers() => [.. Server.Seen.Select(Number)];
}
