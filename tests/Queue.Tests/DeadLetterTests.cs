using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Tests;

public class DeadLetterTests
{
    [Fact]
    public async Task They_come_by_pages_and_are_counted_without_being_read()
    {
        using var fixture = new QueueFixture(null, null, "out", "other");
        await RefuseAsync(fixture, "out", 1200);
        await RefuseAsync(fixture, "other", 7);
        Assert.Equal((1200, 7, 0),
            await fixture.Queue.AskAsync(s => (s.DeadLetters.Count("out"), s.DeadLetters.Count("other"), s.DeadLetters.Count("none"))));
        var sizes = new List<int>();
        var numbers = new List<int>();
        for (IReadOnlyList<DeadLetter>? page = null; page is not { Count: 0 };)
        {
            var after = page is null ? 0 : page[^1].Id;
            page = await fixture.Queue.AskAsync(s => s.DeadLetters.Page("out", after));
            sizes.Add(page.Count);
            numbers.AddRange(page.Select(Number));
        }

        Assert.Equal([500, 500, 200, 0], sizes);
        Assert.Equal(Enumerable.Range(1, 1200), numbers);
        var last = await fixture.Queue.AskAsync(s => s.DeadLetters.Last(9));
        Assert.Equal(["out", "out", .. Enumerable.Repeat("other", 7)], last.Select(l => l.Sink));
        Assert.Equal(last[^1].Id, await fixture.Queue.AskAsync(s => s.DeadLetters.LastId));
        Assert.Equal(last[0], await fixture.Queue.AskAsync(s => s.DeadLetters.Find(last[0].Id)),
            (a, b) => a!.Id == b!.Id && Number(a) == Number(b));
        Assert.Null(await fixture.Queue.AskAsync(s => s.DeadLetters.Find(last[^1].Id + 1)));
        Assert.Empty(await fixture.Queue.AskAsync(s => s.DeadLetters.Page("none")));
    }

    [Fact]
    public async Task Those_that_two_send_again_at_the_same_time_are_sent_once()
    {
        using var fixture = new QueueFixture();
        await RefuseAsync(fixture, "out", 100);
        var retried = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.Queue.RetryAsync(s => s.DeadLetters.Page("out"))));
        Assert.Equal([0, 0, 0, 100], retried.Select(r => r.Count).Order());
        Assert.Equal((0, 100), (fixture.Account.DeadLettered, fixture.Account.Waiting));
        Assert.Equal(Enumerable.Range(1, 100), await fixture.DrainAsync());
        Assert.Equal((100, 100, 0), (fixture.Account.Produced, fixture.Account.Delivered, fixture.Account.Waiting));
    }

    [Fact]
    public async Task A_record_that_must_not_be_sent_is_one_at_once_and_can_be_sent_later()
    {
        using var fixture = new QueueFixture(null, null, "out", "other");
        await fixture.AddAsync(1);
        await fixture.Queue.AddRejected(
            new RouteSet("press.csx", ["out", "other"]), DateTime.UnixEpoch, "plc", default, """{"n":2,"x":""}"""u8, "the lease\n is lost");
        await fixture.AddAsync(1);
        Assert.Equal((3, 1, 2), (fixture.Account.Produced, fixture.Account.DeadLettered, fixture.Account.Waiting));
        var letters = await fixture.Queue.AskAsync(s => s.DeadLetters.Last(9));
        Assert.Equal(["out", "other"], letters.Select(l => l.Sink));
        Assert.Equal(2, letters.Select(l => l.Identity).Distinct().Count());
        Assert.DoesNotContain('\n', letters[0].Reason);
        Assert.Equal([1, 2], await fixture.DrainAsync());
        await fixture.Queue.RetryAsync(s => s.DeadLetters.Page("out"));
        Assert.Equal([2], await fixture.DrainAsync());
        fixture.Reopen();
        Assert.Equal((3, 3, 0), (fixture.Account.Produced, fixture.Account.Delivered, fixture.Account.DeadLettered));
    }

    [Fact]
    public async Task When_there_are_too_many_the_oldest_leave_and_stay_counted()
    {
        // A tenth of what may wait: 1 MB, which is some 50 of these.
        using var fixture = new QueueFixture(new QueueLimits { MaxSize = new ByteSize(10 << 20) });
        await RefuseAsync(fixture, "out", 300, padding: 20_000);
        var (left, bytes) = await fixture.Queue.AskAsync(s => (s.DeadLetters.Page("out"), s.State.CursorOf("out").DeadBytes));
        Assert.InRange(left.Count, 40, 52);
        Assert.InRange(bytes, left.Count * 20_000, 1 << 20);
        Assert.Equal(Enumerable.Range(301 - left.Count, left.Count), left.Select(Number));
        Assert.Equal((300, 300, 0), (fixture.Account.Produced, fixture.Account.DeadLettered, fixture.Account.Waiting));
    }

    [Fact]
    public async Task A_reason_from_outside_is_sanitized_and_limited()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(1);
        var reader = fixture.Queue.OpenConsumer("out");
        var batch = (await reader.NextAsync())!;
        await reader.RejectAsync(batch, [new RejectedRecord(0, "\u001b[2J\u202eno" + new string('x', 5_000_000), 1)]);
        var letter = Assert.Single(await fixture.Queue.AskAsync(s => s.DeadLetters.Page("out")));
        Assert.StartsWith("\\u001B[2J\\u202Enoxxx", letter.Reason, StringComparison.Ordinal);
        Assert.InRange(letter.Reason.Length, 1000, 1100);
    }

    private static int Number(DeadLetter letter) => QueueFixture.Number(letter.Records()[0]);

    private static async Task RefuseAsync(QueueFixture fixture, string sink, int count, int padding = 0)
    {
        await fixture.AddAsync(count, padding);
        var reader = fixture.Queue.OpenConsumer(sink);
        for (var refused = 0; refused < count;)
        {
            var portion = (await reader.NextAsync())!;
            var all = Math.Min(portion.Batch.Count, count - refused);
            await reader.RejectAsync(portion, [.. Enumerable.Range(0, all).Select(i => new RejectedRecord(i, "no", 1))]);
            await reader.AdvanceAsync(portion, portion.Batch.Count);
            refused += all;
        }
    }
}
