using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue;

namespace PlantRuntime.Host.Tests.Delivery.Queue;

public class FullTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(2000)]
    [InlineData(40_000)]
    public async Task A_capped_queue_is_a_capped_file_and_counts_what_it_drops(int padding)
    {
        const long Cap = 16 << 20;
        using var bench = new QueueBench(new QueueOptions { MaxSize = new ByteSize(Cap) });
        var perRound = (int)(Cap / 8 / (padding + 30));
        for (var i = 0; i < 20; i++)
        {
            await bench.AddAsync(perRound, padding);
            var bytes = new[] { bench.Folder.Path, bench.Folder.LogPath }.Sum(f => new FileInfo(f).Length);
            Assert.True(bytes <= Cap * 1.1 + (4 << 20), $"{bytes} bytes after {bench.Added} records");
        }

        var dropped = bench.Account.Dropped;
        Assert.InRange(dropped, 1, bench.Added);
        Assert.Equal(Enumerable.Range((int)dropped + 1, bench.Added - (int)dropped), await bench.DrainAsync());
        Assert.Equal(bench.Added - dropped, bench.Account.Delivered);
    }

    [Fact]
    public async Task What_is_on_its_way_is_not_dropped()
    {
        using var bench = new QueueBench(new QueueOptions { MaxSize = new ByteSize(1 << 20) });
        await bench.AddAsync(500, 100);
        var reader = bench.Queue.OpenReader("out");
        var portion = (await reader.NextAsync())!;
        var first = portion.Batch.Count;
        await bench.AddAsync(20_000, 100);
        var dropped = (int)bench.Account.Dropped;
        await reader.AdvanceAsync(portion, first);
        Assert.Equal(Enumerable.Range(first + dropped + 1, bench.Added - first - dropped), await bench.DrainAsync());
        Assert.Equal((bench.Added, bench.Added - dropped), (bench.Account.Produced, bench.Account.Delivered));
    }

    [Fact]
    public async Task A_queue_that_blocks_drops_nothing_and_says_when_there_is_room()
    {
        using var bench = new QueueBench(new QueueOptions { MaxSize = new ByteSize(1 << 20), WhenFull = WhenFull.Block });
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Queue.RoomMade += room.SetResult;
        while (!bench.IsBlocked) await bench.AddAsync(100, 100);
        Assert.False(room.Task.IsCompleted);
        Assert.Equal(Enumerable.Range(1, bench.Added), await bench.DrainAsync());
        await room.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(bench.IsBlocked);
        Assert.Equal(0, bench.Account.Dropped);
    }

    [Fact]
    public async Task Other_limits_hold_at_once_and_lose_nothing()
    {
        var limits = new QueueOptions { MaxSize = new ByteSize(1 << 20), WhenFull = WhenFull.Block };
        using var bench = new QueueBench(limits);
        var rooms = 0;
        bench.Queue.RoomMade += () => Interlocked.Increment(ref rooms);
        while (!bench.IsBlocked) await bench.AddAsync(100, 100);
        await TakeAsync(limits with { MaxSize = new ByteSize(2 << 20) });
        Assert.Equal((false, 1), (bench.IsBlocked, rooms));
        await TakeAsync(limits);
        Assert.True(bench.IsBlocked);
        await TakeAsync(limits with { WhenFull = WhenFull.DropOldest });
        Assert.Equal((false, 2), (bench.IsBlocked, rooms));
        Assert.Equal(Enumerable.Range(1, bench.Added), await bench.DrainAsync());
        Assert.Equal(0, bench.Account.Dropped);

        Task TakeAsync(QueueOptions now) => bench.Queue.TakeAsync(new Dictionary<string, QueueOptions> { ["out"] = now });
    }

    [SkippableFact]
    public async Task A_full_disk_loses_nothing_that_was_committed_and_is_said_once()
    {
        using var disk = SmallDisk.Mount("32m");
        using var bench = new QueueBench(null, Path.Combine(disk.Path, "data"));
        while (bench.Queue.Problem is null) await AddOrFullAsync(bench);
        await bench.Log.WhenAsync("DISK state=FULL");
        bench.Add(1000, 1000);
        var committed = bench.Account.Produced;

        // What waits in memory comes behind what is stored, once there is room.
        var drained = new List<int>();
        for (var i = 0; drained.Count < bench.Added; i++)
        {
            Assert.True(i < 60, $"{drained.Count} of {bench.Added}: {string.Join('\n', bench.Log.All)}");
            drained.AddRange(await bench.DrainAsync());
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(1, bench.Added), drained);
        Assert.InRange(committed, 1, bench.Added - 1000);
        Assert.Null(bench.Queue.Problem);
        Assert.Single(bench.Log.All, l => l.Contains("state=FULL", StringComparison.Ordinal));
        await bench.Log.WhenAsync("DISK state=OK");
    }

    private static async Task AddOrFullAsync(QueueBench bench)
    {
        bench.Add(500, 1000);
        await bench.Queue.AskAsync(_ => 0);
    }
}
