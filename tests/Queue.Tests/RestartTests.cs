using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Store;
using PlantRuntime.Storage;

namespace PlantRuntime.Queue.Tests;

public class RestartTests
{
    [Fact]
    public async Task What_was_committed_comes_in_order_with_the_same_identities()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(1300);
        var before = await FirstAsync(fixture);
        fixture.Reopen();
        Assert.Equal(before, await FirstAsync(fixture));
        Assert.Equal(Enumerable.Range(1, 1300), await fixture.DrainAsync());
        fixture.Reopen();
        Assert.Empty(await fixture.DrainAsync());
        Assert.Equal((1300, 1300, 0), (fixture.Account.Produced, fixture.Account.Delivered, fixture.Account.Waiting));
    }

    [Fact]
    public async Task A_portion_that_is_partly_done_goes_on_there()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(100);
        var reader = fixture.Queue.OpenConsumer("out");
        var portion = (await reader.NextAsync())!;
        await reader.RejectAsync(portion, [new RejectedRecord(7, "no", 2), new RejectedRecord(41, "no", 2)]);
        await reader.AdvanceAsync(portion, 30);
        fixture.Reopen();
        Assert.Equal([.. Enumerable.Range(31, 11), .. Enumerable.Range(43, 58)], await fixture.DrainAsync());
        Assert.Equal((100, 98, 2), (fixture.Account.Produced, fixture.Account.Delivered, fixture.Account.DeadLettered));
        Assert.Equal(2, await fixture.Queue.AskAsync(store => store.DeadLetters.Count("out")));
    }

    [Fact]
    public async Task What_waits_for_a_sink_that_the_site_no_longer_has_waits_on()
    {
        using var fixture = new QueueFixture(null, null, "out", "gone");
        await fixture.AddAsync(10);
        Assert.Equal(10, (await fixture.DrainAsync()).Count);
        fixture.Queue.Dispose();
        using var log = fixture.Log.Open(fixture.Time, LogLevel.Debug);
        using (var other = new DiskQueue(fixture.Folder, new Dictionary<string, QueueLimits> { ["new"] = new() }, fixture.Time, log))
            Assert.Equal(10, other.Accounts.Single(a => a.Sink == "gone").Waiting);
        fixture.Reopen();
        Assert.Equal(10, (await fixture.DrainAsync("gone")).Count);
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_stays_as_it_is()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(10);
        var refused = Assert.Throws<IOException>(() => fixture.Reopen(() => SetFormat(fixture, 2)));
        Assert.StartsWith($"{fixture.Folder.Path} has format 2, written by a newer version of plant", refused.Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Path.GetDirectoryName(fixture.Folder.Path)!, "damaged")));
        fixture.Reopen(() => SetFormat(fixture, 1));
        Assert.Equal(Enumerable.Range(1, 10), await fixture.DrainAsync());
    }

    [Fact]
    public async Task A_copy_of_the_queue_on_another_machine_is_known_by_another_name_and_loses_nothing()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(10);
        fixture.Queue.Dispose();
        var (unnamed, gateway, again) = (await IdentityAsync(""), await IdentityAsync("gateway-1"), await IdentityAsync("gateway-1"));
        Assert.Equal((unnamed, gateway), (gateway, again));
        Assert.DoesNotContain(fixture.Log.All, l => l.Contains("MOVED", StringComparison.Ordinal));

        var copy = await IdentityAsync("gateway-2");
        Assert.NotEqual(gateway, copy);
        await fixture.Log.WhenAsync("MOVED queue=");
        Assert.Equal((copy, copy), (await IdentityAsync("gateway-2"), await IdentityAsync("")));
        fixture.Reopen();
        Assert.Equal(10, (await fixture.DrainAsync()).Count);

        async Task<Guid> IdentityAsync(string machine)
        {
            using var log = fixture.Log.Open(fixture.Time, LogLevel.Debug);
            var folder = new QueueFolder(Path.GetDirectoryName(fixture.Folder.Path)!, machine);
            using var queue = new DiskQueue(folder, new Dictionary<string, QueueLimits> { ["out"] = new() }, fixture.Time, log);
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
        using var fixture = new QueueFixture();
        await fixture.AddAsync(1);
        using var log = fixture.Log.Open(fixture.Time, LogLevel.Debug);
        Assert.Contains("another plant run",
            Assert.Throws<QueueLockedException>(
                () => new DiskQueue(fixture.Folder, new Dictionary<string, QueueLimits>(), fixture.Time, log)).Message);
    }

    [Fact]
    public async Task Steps_of_the_wall_clock_expire_nothing_and_waiting_does()
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxAge = TimeSpan.FromDays(1) });
        await fixture.AddAsync(10);
        fixture.Time.StepWallClock(TimeSpan.FromDays(4000));
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.AddAsync(5);
        fixture.Time.StepWallClock(TimeSpan.FromDays(-8000));
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        fixture.Reopen();
        Assert.Equal(0, fixture.Account.Expired);
        fixture.Time.Advance(TimeSpan.FromDays(2));
        await fixture.Log.WhenAsync("EXPIRED sink=out");
        await fixture.AddAsync(1);
        Assert.Equal([16], await fixture.DrainAsync());
        Assert.Equal((16, 1, 15), (fixture.Account.Produced, fixture.Account.Delivered, fixture.Account.Expired));
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2039)]
    public async Task A_start_with_a_wrong_clock_expires_nothing_and_a_stop_of_two_days_does(int year)
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxAge = TimeSpan.FromDays(1) });
        await fixture.AddAsync(10);
        await SettleAsync(fixture);
        var by = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - fixture.Time.GetUtcNow().UtcDateTime;
        fixture.Time.StepWallClock(by);
        fixture.Reopen();
        await fixture.AddAsync(1);
        fixture.Reopen();
        fixture.Time.StepWallClock(-by);
        await fixture.AddAsync(1);
        fixture.Time.StepWallClock(by);
        fixture.Time.StepWallClock(-by);
        fixture.Reopen();
        await fixture.AddAsync(1);
        await SettleAsync(fixture);
        CheckNothingExpired(fixture);
        await CheckAllExpireAsync(fixture, TimeSpan.FromDays(2));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task A_clock_that_is_some_days_wrong_at_the_start_and_is_set_right_expires_nothing(int days)
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxAge = TimeSpan.FromDays(7) });
        await fixture.AddAsync(10);
        await SettleAsync(fixture);
        for (var start = 0; start < 3; start++)
        {
            fixture.Reopen(() => fixture.Time.StepWallClock(TimeSpan.FromDays(days)));
            await fixture.AddAsync(1);
            fixture.Time.Advance(TimeSpan.FromMinutes(50));
            await fixture.AddAsync(1);
            fixture.Time.StepWallClock(TimeSpan.FromDays(-days));
            await SettleAsync(fixture);
        }

        CheckNothingExpired(fixture);

        // It is stopped before the clock is set right, and the right clock counts at the next start.
        fixture.Reopen(() => fixture.Time.StepWallClock(TimeSpan.FromDays(days)));
        await fixture.AddAsync(1);
        fixture.Reopen(() => fixture.Time.StepWallClock(TimeSpan.FromDays(-days)));
        await SettleAsync(fixture);
        CheckNothingExpired(fixture);
        await CheckAllExpireAsync(fixture, TimeSpan.FromDays(8));
    }

    [Fact]
    public async Task A_stop_counts_after_several_starts_too_short_for_the_clock_to_settle()
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxAge = TimeSpan.FromDays(1) });
        await fixture.AddAsync(10);
        await SettleAsync(fixture);
        for (var start = 0; start < 3; start++)
        {
            fixture.Reopen(() => fixture.Time.StepWallClock(TimeSpan.FromHours(10)));
            fixture.Time.Advance(TimeSpan.FromMinutes(10));
            await fixture.AddAsync(1);
            CheckNothingExpired(fixture);
        }

        // The records of before the first of the three stops of ten hours are 31 hours old. Of those between the stops it is not known how
        // long each stop was, so none counts for them.
        await SettleAsync(fixture);
        await fixture.Log.WhenAsync("EXPIRED sink=out");
        await fixture.Queue.FlushAsync();
        Assert.Equal(12, fixture.Account.Expired);
    }

    // An hour without a step of the wall clock, which the queue reads whenever it commits.
    private static async Task SettleAsync(QueueFixture fixture)
    {
        await fixture.AddAsync(1);
        fixture.Time.Advance(TimeSpan.FromMinutes(61));
        await fixture.AddAsync(1);
    }

    private static void CheckNothingExpired(QueueFixture fixture) =>
        Assert.Equal((0, fixture.Added), (fixture.Account.Expired, fixture.Account.Waiting));

    // The clock settles after a stop of some days: what was stored before the stop expires.
    private static async Task CheckAllExpireAsync(QueueFixture fixture, TimeSpan stop)
    {
        var before = fixture.Added;
        fixture.Reopen(() => fixture.Time.StepWallClock(stop));
        await SettleAsync(fixture);
        await fixture.Log.WhenAsync("EXPIRED sink=out");
        await fixture.Queue.FlushAsync();
        Assert.Equal((before, fixture.Added - before), (fixture.Account.Expired, fixture.Account.Waiting));
        Assert.Equal([fixture.Added - 1, fixture.Added], await fixture.DrainAsync());
    }

    private static async Task<RecordId> FirstAsync(QueueFixture fixture) =>
        (await fixture.Queue.OpenConsumer("out").NextAsync())!.Batch[0].Id;

    private static void SetFormat(QueueFixture fixture, int format)
    {
        using var database = Database.Open(fixture.Folder.Path, TimeSpan.Zero);
        database.Execute($"PRAGMA user_version = {format}");
    }
}
