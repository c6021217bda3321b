using PlantRuntime.Conformance.Host;
using PlantRuntime.Contracts;

namespace PlantRuntime.Queue.Tests;

[Trait("Needs", "Process")]
public class FullTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(2000)]
    [InlineData(40_000)]
    public async Task A_capped_queue_is_a_capped_file_and_counts_what_it_drops(int padding)
    {
        const long Cap = 16 << 20;
        using var fixture = new QueueFixture(new QueueLimits { MaxSize = new ByteSize(Cap) });
        var perRound = (int)(Cap / 8 / (padding + 30));
        for (var i = 0; i < 20; i++)
        {
            await fixture.AddAsync(perRound, padding);
            var bytes = new[] { fixture.Folder.Path, fixture.Folder.LogPath }.Sum(f => new FileInfo(f).Length);
            Assert.True(bytes <= Cap * 1.1 + (4 << 20), $"{bytes} bytes after {fixture.Added} records");
        }

        var dropped = fixture.Account.Dropped;
        Assert.InRange(dropped, 1, fixture.Added);
        Assert.Equal(Enumerable.Range((int)dropped + 1, fixture.Added - (int)dropped), await fixture.DrainAsync());
        Assert.Equal(fixture.Added - dropped, fixture.Account.Delivered);
    }

    [Fact]
    public async Task What_is_on_its_way_is_not_dropped()
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxSize = new ByteSize(1 << 20) });
        await fixture.AddAsync(500, 100);
        var reader = fixture.Queue.OpenConsumer("out");
        var portion = (await reader.NextAsync())!;
        var first = portion.Batch.Count;
        await fixture.AddAsync(20_000, 100);
        var dropped = (int)fixture.Account.Dropped;
        await reader.AdvanceAsync(portion, first);
        Assert.Equal(Enumerable.Range(first + dropped + 1, fixture.Added - first - dropped), await fixture.DrainAsync());
        Assert.Equal((fixture.Added, fixture.Added - dropped), (fixture.Account.Produced, fixture.Account.Delivered));
    }

    [Fact]
    public async Task A_queue_that_blocks_drops_nothing_and_says_when_there_is_room()
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxSize = new ByteSize(1 << 20), Overflow = OverflowPolicy.Block });
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Queue.RoomMade += room.SetResult;
        while (!fixture.IsBlocked) await fixture.AddAsync(100, 100);
        Assert.False(room.Task.IsCompleted);
        Assert.Equal(Enumerable.Range(1, fixture.Added), await fixture.DrainAsync());
        await room.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(fixture.IsBlocked);
        Assert.Equal(0, fixture.Account.Dropped);
    }

    [Fact]
    public async Task Other_limits_hold_at_once_and_lose_nothing()
    {
        var limits = new QueueLimits { MaxSize = new ByteSize(1 << 20), Overflow = OverflowPolicy.Block };
        using var fixture = new QueueFixture(limits);
        var rooms = 0;
        fixture.Queue.RoomMade += () => Interlocked.Increment(ref rooms);
        while (!fixture.IsBlocked) await fixture.AddAsync(100, 100);
        await TakeAsync(limits with { MaxSize = new ByteSize(2 << 20) });
        Assert.Equal((false, 1), (fixture.IsBlocked, rooms));
        await TakeAsync(limits);
        Assert.True(fixture.IsBlocked);
        await TakeAsync(limits with { Overflow = OverflowPolicy.DropOldest });
        Assert.Equal((false, 2), (fixture.IsBlocked, rooms));
        Assert.Equal(Enumerable.Range(1, fixture.Added), await fixture.DrainAsync());
        Assert.Equal(0, fixture.Account.Dropped);

        Task TakeAsync(QueueLimits now) => fixture.Queue.ApplyAsync(new Dictionary<string, QueueLimits> { ["out"] = now });
    }

    [SkippableFact]
    public async Task A_full_disk_loses_nothing_that_was_committed_and_is_said_once()
    {
        using var disk = SmallMount.Create("32m");
        using var fixture = new QueueFixture(null, Path.Combine(disk.Path, "data"));
        while (fixture.Queue.Problem is null) await AddOrFullAsync(fixture);
        await fixture.Log.WhenAsync("DISK state=FULL");
        fixture.Add(1000, 1000);
        var committed = await fixture.Queue.AskAsync(store => store.State.Counters.Sum(c => c.Produced));

        // Those in memory wait like those on the disk.
        for (var i = 0; fixture.Account.Waiting < fixture.Added; i++)
        {
            Assert.True(i < 60, $"{fixture.Account.Waiting} of {fixture.Added} wait");
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await fixture.Queue.AskAsync(_ => 0);
        }

        Assert.Equal((fixture.Added, 0, "the disk is full"), (fixture.Account.Produced, fixture.Account.Dropped, fixture.Queue.Problem));

        // Records that wait in memory are delivered after the stored ones, once there is room.
        var drained = new List<int>();
        for (var i = 0; drained.Count < fixture.Added; i++)
        {
            Assert.True(i < 60, $"{drained.Count} of {fixture.Added}: {string.Join('\n', fixture.Log.All)}");
            drained.AddRange(await fixture.DrainAsync());
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(1, fixture.Added), drained);
        Assert.InRange(committed, 1, fixture.Added - 1000);
        Assert.Null(fixture.Queue.Problem);
        Assert.Single(fixture.Log.All, l => l.Contains("state=FULL", StringComparison.Ordinal));
        await fixture.Log.WhenAsync("DISK state=OK");
    }

    private static async Task AddOrFullAsync(QueueFixture fixture)
    {
        fixture.Add(500, 1000);
        await fixture.Queue.AskAsync(_ => 0);
    }
}
