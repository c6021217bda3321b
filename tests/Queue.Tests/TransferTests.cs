using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Tests;

/// <summary>Moving and dropping what waits for a sink that the site no longer has.</summary>
public sealed class TransferTests : IDisposable
{
    private const int Count = 12_345;
    private readonly QueueFixture _fixture = new(null, null, "out", "history");

    private DiskQueue Queue => _fixture.Queue;

    [Fact]
    public async Task Records_move_in_order_behind_those_that_wait_and_both_routes_balance()
    {
        await _fixture.AddAsync(Count);
        await Queue.TransferAsync("history", "out");
        await _fixture.AddAsync(3);
        await Queue.TransferAsync("history", "out");
        var expected = Enumerable.Range(1, Count).Concat(Enumerable.Range(1, Count)).ToList();
        expected.AddRange([Count + 1, Count + 2, Count + 3, Count + 1, Count + 2, Count + 3]);
        Assert.Equal(expected, await _fixture.DrainAsync());
        Assert.Equal((2 * (Count + 3), 2 * (Count + 3), 0, Count + 3, 0), Numbers("out"));
        Assert.Equal((0, 0, 0, 0, Count + 3), Numbers("history"));
        Assert.Equal(0, await Queue.AskAsync(s => s.BatchCount()));
        await _fixture.Log.WhenAsync($"TRANSFERRED sink=history to=out records={Count} state=Done");
    }

    [Fact]
    public async Task A_crash_in_the_middle_moves_no_record_twice_and_loses_none()
    {
        await _fixture.AddAsync(Count);
        using var log = _fixture.Log.Open(_fixture.Time, LogLevel.Info);
        var transfer = new QueueTransfer(_fixture.Folder, new ConsumerRegistry(), log);
        TransferResult page = default;
        await Queue.ChangeAsync(store => page = transfer.RunPage(store, "out", "other"));
        Assert.InRange(page.Records, 1, Count - 1);
        _fixture.Crash();
        Assert.Equal((page.Records, Count - page.Records), (Numbers("other").Waiting, Numbers("out").Waiting));
        var rest = await Queue.TransferAsync("out", "other");
        Assert.Equal((Count - page.Records, 0, TransferState.Done), (rest.Records, rest.Damaged, rest.State));
        Assert.Equal(0, (await Queue.TransferAsync("out", "other")).Records);
        _fixture.Crash();
        Assert.Equal(Enumerable.Range(1, Count), await _fixture.DrainAsync("other"));
        Assert.Equal(Enumerable.Range(1, Count), await _fixture.DrainAsync("history"));
        Assert.Equal((Count, Count, 0, Count, 0), Numbers("other"));
        Assert.Equal((0, 0, 0, 0, Count), Numbers("out"));
        Assert.Equal((Count, Count, 0, 0, 0), Numbers("history"));
    }

    [Fact]
    public async Task Only_what_the_first_sink_has_not_finished_moves()
    {
        await _fixture.AddAsync(100);
        var reader = Queue.OpenConsumer("out");
        var batch = (await reader.NextAsync())!;
        await reader.RejectAsync(batch, [new RejectedRecord(40, "no", 1)]);
        await reader.AdvanceAsync(batch, 30);
        Assert.Equal(TransferState.InUse, (await Queue.TransferAsync("out", "other")).State);
        reader.Close();
        var result = await Queue.TransferAsync("out", "other");
        Assert.Equal((69, 1, TransferState.Done), (result.Records, result.Letters, result.State));

        // A report of the session that comes too late changes nothing.
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.AdvanceAsync(batch, 100).AsTask());
        Assert.Equal(Enumerable.Range(31, 70).Where(n => n != 41), await _fixture.DrainAsync("other"));
        Assert.Equal((31, 30, 0, 0, 69), Numbers("out"));

        // Its dead letter follows once it is sent again.
        await Queue.RetryAsync(s => s.DeadLetters.Page("out"));
        Assert.Equal(1, (await Queue.TransferAsync("out", "other")).Records);
        Assert.Equal([41], await _fixture.DrainAsync("other"));
        Assert.Equal((30, 30, 0, 0, 70), Numbers("out"));
        Assert.Equal((70, 70, 0, 70, 0), Numbers("other"));
    }

    [Fact]
    public async Task Moved_records_do_not_become_younger()
    {
        await _fixture.AddAsync(10);
        _fixture.Time.Advance(TimeSpan.FromDays(6));
        await Queue.TransferAsync("out", "other");
        var age = await Queue.AskAsync(s => s.OldestAge(s.State.CursorOf("other")));
        Assert.InRange(age!.Value, TimeSpan.FromDays(6), TimeSpan.FromDays(6.1));
        _fixture.Time.Advance(TimeSpan.FromDays(2));
        await _fixture.Log.WhenAsync("EXPIRED sink=other records=10");
        Assert.Empty(await _fixture.DrainAsync("other"));
    }

    [Fact]
    public async Task What_does_not_fit_stays_and_nothing_is_dropped()
    {
        using var fixture = new QueueFixture(new QueueLimits { MaxSize = new ByteSize(1 << 20) }, null, "out", "history");
        await fixture.AddAsync(5000, 100);
        var result = await fixture.Queue.TransferAsync("history", "out");
        Assert.Equal(TransferState.Full, result.State);
        var accounts = fixture.Queue.Accounts.ToDictionary(a => a.Sink);
        Assert.Equal(10_000, accounts.Values.Sum(a => a.Waiting));
        Assert.All(accounts.Values, a => Assert.Equal(0, a.Dropped));
        Assert.Equal(result.Records, accounts["out"].MovedIn);
    }

    [Fact]
    public async Task A_forgotten_sink_is_gone_and_its_records_count_as_dropped()
    {
        await _fixture.AddAsync(Count);
        var reader = Queue.OpenConsumer("out");
        await reader.RejectAsync((await reader.NextAsync())!, [new RejectedRecord(0, "no", 1)]);
        reader.Close();
        await Queue.ApplyAsync(new Dictionary<string, QueueLimits> { ["history"] = new() });
        var result = await Queue.TransferAsync("out", null);
        Assert.Equal((Count - 1, 0, 1, TransferState.Done), (result.Records, result.Damaged, result.Letters, result.State));
        Assert.Equal(0, (await Queue.TransferAsync("out", null)).Records);
        Assert.False(await Queue.AskAsync(s => s.State.HasCursor("out")));
        Assert.Equal(Enumerable.Range(1, Count), await _fixture.DrainAsync("history"));
        Assert.False(await Queue.AskAsync(s => s.State.HasCursor("out")));
        var account = Queue.Accounts.Single(a => a.Sink == "out");
        Assert.Equal((Count, Count - 1, 1, 0), (account.Produced, account.Dropped, account.DeadLettered, account.Waiting));
        Assert.Equal(0, await Queue.AskAsync(s => s.BatchCount() + s.DeadLetters.Count("out")));
    }

    [Fact]
    public async Task A_forgotten_sink_stays_forgotten_after_a_crash()
    {
        using var folder = new TemporaryFolder();
        using (var first = new QueueFixture(null, folder.Of("data"), "gone"))
        {
            await first.AddAsync(10);
            await first.Queue.TransferAsync("gone", null);
        }

        using var second = new QueueFixture(null, folder.Of("data"));
        Assert.False(await second.Queue.AskAsync(s => s.State.HasCursor("gone")));
        var account = second.Queue.Accounts.Single(a => a.Sink == "gone");
        Assert.Equal((10, 10), (account.Produced, account.Dropped));
    }

    [Fact]
    public async Task A_damaged_batch_is_kept_aside_and_counted_and_the_others_move()
    {
        await _fixture.AddAsync(500);
        await _fixture.AddAsync(500);
        await _fixture.AddAsync(500);
        _fixture.Reopen(() =>
        {
            using var database = QueueFile.Open(_fixture.Folder.Path);
            database.Execute("UPDATE batches SET data = zeroblob(length(data)) WHERE number = 2");
        });
        var result = await Queue.TransferAsync("out", "other");

        // On a busy machine the queue commits in the middle of what was added, so that the damaged batch has fewer records.
        Assert.Equal((1500, TransferState.Done), (result.Records + result.Damaged, result.State));
        Assert.InRange(result.Damaged, 1, 500);
        var arrived = await _fixture.DrainAsync("other");
        int[] missing = [.. Enumerable.Range(1, 1500).Except(arrived)];
        Assert.Equal(Enumerable.Range(missing[0], (int)result.Damaged), missing);
        Assert.Equal(Enumerable.Range(1, 1500).Except(missing), arrived);
        var account = Queue.Accounts.Single(a => a.Sink == "out");
        Assert.Equal((result.Damaged, result.Damaged, 0), (account.Produced, account.Damaged, account.Waiting));
        Assert.Contains(Directory.GetFiles(_fixture.Folder.Damaged.Path), f => f.Contains("batch-2", StringComparison.Ordinal));
    }

    public void Dispose() => _fixture.Dispose();

    private (long Produced, long Delivered, long Waiting, long In, long Out) Numbers(string sink)
    {
        var account = Queue.Accounts.Single(a => a.Sink == sink);
        return (account.Produced, account.Delivered, account.Waiting, account.MovedIn, account.MovedOut);
    }
}
