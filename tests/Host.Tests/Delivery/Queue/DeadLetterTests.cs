using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Tests.Delivery.Queue;

public class DeadLetterTests
{
    [Fact]
    public async Task They_come_by_pages_and_are_counted_without_being_read()
    {
        using var bench = new QueueBench(null, null, "out", "other");
        await RefuseAsync(bench, "out", 1200);
        await RefuseAsync(bench, "other", 7);
        Assert.Equal((1200, 7, 0), await bench.Queue.AskAsync(s => (s.Letters.Count("out"), s.Letters.Count("other"), s.Letters.Count("none"))));
        var sizes = new List<int>();
        var numbers = new List<int>();
        for (IReadOnlyList<DeadLetter>? page = null; page is not { Count: 0 };)
        {
            var after = page is null ? 0 : page[^1].Id;
            page = await bench.Queue.AskAsync(s => s.Letters.Page("out", after));
            sizes.Add(page.Count);
            numbers.AddRange(page.Select(Number));
        }

        Assert.Equal([500, 500, 200, 0], sizes);
        Assert.Equal(Enumerable.Range(1, 1200), numbers);
        var last = await bench.Queue.AskAsync(s => s.Letters.Last(9));
        Assert.Equal(["out", "out", .. Enumerable.Repeat("other", 7)], last.Select(l => l.Sink));
        Assert.Equal(last[^1].Id, await bench.Queue.AskAsync(s => s.Letters.LastId));
        Assert.Equal(last[0], await bench.Queue.AskAsync(s => s.Letters.Find(last[0].Id)), (a, b) => a!.Id == b!.Id && Number(a) == Number(b));
        Assert.Null(await bench.Queue.AskAsync(s => s.Letters.Find(last[^1].Id + 1)));
        Assert.Empty(await bench.Queue.AskAsync(s => s.Letters.Page("none")));
    }

    [Fact]
    public async Task Those_that_two_send_again_at_the_same_time_are_sent_once()
    {
        using var bench = new QueueBench();
        await RefuseAsync(bench, "out", 100);
        var retried = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bench.Queue.RetryAsync(s => s.Letters.Page("out"))));
        Assert.Equal([0, 0, 0, 100], retried.Select(r => r.Count).Order());
        Assert.Equal((0, 100), (bench.Account.DeadLettered, bench.Account.Waiting));
        Assert.Equal(Enumerable.Range(1, 100), await bench.DrainAsync());
        Assert.Equal((100, 100, 0), (bench.Account.Produced, bench.Account.Delivered, bench.Account.Waiting));
    }

    [Fact]
    public async Task When_there_are_too_many_the_oldest_leave_and_stay_counted()
    {
        // A tenth of what may wait: 1 MB, which is some 50 of these.
        using var bench = new QueueBench(new QueueOptions { MaxSize = new ByteSize(10 << 20) });
        await RefuseAsync(bench, "out", 300, padding: 20_000);
        var (left, bytes) = await bench.Queue.AskAsync(s => (s.Letters.Page("out"), s.State.Lane("out").DeadBytes));
        Assert.InRange(left.Count, 40, 52);
        Assert.InRange(bytes, left.Count * 20_000, 1 << 20);
        Assert.Equal(Enumerable.Range(301 - left.Count, left.Count), left.Select(Number));
        Assert.Equal((300, 300, 0), (bench.Account.Produced, bench.Account.DeadLettered, bench.Account.Waiting));
    }

    private static int Number(DeadLetter letter) => QueueBench.Number(letter.Records()[0]);

    private static async Task RefuseAsync(QueueBench bench, string sink, int count, int padding = 0)
    {
        await bench.AddAsync(count, padding);
        var reader = bench.Queue.OpenReader(sink);
        for (var refused = 0; refused < count;)
        {
            var portion = (await reader.NextAsync())!;
            var all = Math.Min(portion.Batch.Count, count - refused);
            await reader.RefuseAsync(portion, [.. Enumerable.Range(0, all).Select(i => new Refusal(i, "no", 1))]);
            await reader.AdvanceAsync(portion, portion.Batch.Count);
            refused += all;
        }
    }
}
