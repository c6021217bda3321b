using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Tests.Delivery.Queue;

public class RestartTests
{
    [Fact]
    public async Task What_was_committed_comes_in_order_with_the_same_identities()
    {
        using var bench = new QueueBench();
        await bench.AddAsync(1300);
        var before = await FirstAsync(bench);
        bench.Reopen();
        Assert.Equal(before, await FirstAsync(bench));
        Assert.Equal(Enumerable.Range(1, 1300), await bench.DrainAsync());
        bench.Reopen();
        Assert.Empty(await bench.DrainAsync());
        Assert.Equal((1300, 1300, 0), (bench.Account.Produced, bench.Account.Delivered, bench.Account.Waiting));
    }

    [Fact]
    public async Task A_portion_that_is_partly_done_goes_on_there()
    {
        using var bench = new QueueBench();
        await bench.AddAsync(100);
        var reader = bench.Queue.OpenReader("out");
        var portion = (await reader.NextAsync())!;
        await reader.RefuseAsync(portion, [new Refusal(7, "no", 2), new Refusal(41, "no", 2)]);
        await reader.AdvanceAsync(portion, 30);
        bench.Reopen();
        Assert.Equal([.. Enumerable.Range(31, 11), .. Enumerable.Range(43, 58)], await bench.DrainAsync());
        Assert.Equal((100, 98, 2), (bench.Account.Produced, bench.Account.Delivered, bench.Account.DeadLettered));
        Assert.Equal(2, await bench.Queue.AskAsync(store => store.Letters.Count("out")));
    }

    [Fact]
    public async Task What_waits_for_a_sink_that_the_site_no_longer_has_waits_on()
    {
        using var bench = new QueueBench(null, null, "out", "gone");
        await bench.AddAsync(10);
        Assert.Equal(10, (await bench.DrainAsync()).Count);
        bench.Queue.Dispose();
        using var log = new PlantLog(bench.Time, LogLevel.Debug, bench.Log);
        using (var other = new SiteQueue(bench.Folder, new Dictionary<string, QueueOptions> { ["new"] = new() }, bench.Time, log))
            Assert.Equal(10, other.Accounts.Single(a => a.Sink == "gone").Waiting);
        bench.Reopen();
        Assert.Equal(10, (await bench.DrainAsync("gone")).Count);
    }

    [Fact]
    public async Task A_copy_of_the_queue_on_another_machine_is_known_by_another_name_and_loses_nothing()
    {
        using var bench = new QueueBench();
        await bench.AddAsync(10);
        bench.Queue.Dispose();
        var (unnamed, gateway, again) = (await IdentityAsync(""), await IdentityAsync("gateway-1"), await IdentityAsync("gateway-1"));
        Assert.Equal((unnamed, gateway), (gateway, again));
        Assert.DoesNotContain(bench.Log.All, l => l.Contains("MOVED", StringComparison.Ordinal));

        var copy = await IdentityAsync("gateway-2");
        Assert.NotEqual(gateway, copy);
        await bench.Log.WhenAsync("MOVED queue=");
        Assert.Equal((copy, copy), (await IdentityAsync("gateway-2"), await IdentityAsync("")));
        bench.Reopen();
        Assert.Equal(10, (await bench.DrainAsync()).Count);

        async Task<Guid> IdentityAsync(string machine)
        {
            using var log = new PlantLog(bench.Time, LogLevel.Debug, bench.Log);
            var folder = new QueueFolder(Path.GetDirectoryName(bench.Folder.Path)!, machine);
            using var queue = new SiteQueue(folder, new Dictionary<string, QueueOptions> { ["out"] = new() }, bench.Time, log);
            return await queue.AskAsync(store =>
            {
                store.Commit(() => { });
                return store.State.Queue;
            });
        }
    }

    [Fact]
    public async Task A_second_host_is_told_to_go()
    {
        using var bench = new QueueBench();
        await bench.AddAsync(1);
        using var log = new PlantLog(bench.Time, LogLevel.Debug, bench.Log);
        Assert.Contains("another plant run", Assert.Throws<QueueLockedException>(() => new SiteQueue(bench.Folder, new Dictionary<string, QueueOptions>(), bench.Time, log)).Message);
    }

    [Fact]
    public async Task Steps_of_the_wall_clock_expire_nothing_and_waiting_does()
    {
        using var bench = new QueueBench(new QueueOptions { MaxAge = TimeSpan.FromDays(1) });
        await bench.AddAsync(10);
        bench.Time.StepWallClock(TimeSpan.FromDays(4000));
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.AddAsync(5);
        bench.Time.StepWallClock(TimeSpan.FromDays(-8000));
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Reopen();
        Assert.Equal(0, bench.Account.Expired);
        bench.Time.Advance(TimeSpan.FromDays(2));
        await bench.Log.WhenAsync("EXPIRED sink=out");
        await bench.AddAsync(1);
        Assert.Equal([16], await bench.DrainAsync());
        Assert.Equal((16, 1, 15), (bench.Account.Produced, bench.Account.Delivered, bench.Account.Expired));
    }

    private static async Task<RecordId> FirstAsync(QueueBench bench) => (await bench.Queue.OpenReader("out").NextAsync())!.Batch[0].Id;
}
