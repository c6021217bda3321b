using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Tests;

/// <summary>Checks when records are stored: at once, but never more often than the least gap between two transactions.</summary>
public class CommitGapTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_record_after_a_pause_is_stored_at_once()
    {
        using var fixture = new QueueFixture();
        var consumer = fixture.Queue.OpenConsumer("out");
        fixture.Time.Advance(DiskQueue.DefaultMinCommitGap);
        for (var i = 1; i <= 3; i++)
        {
            fixture.Add(1);
            var batch = await consumer.NextAsync().AsTask().WaitAsync(s_patience);
            Assert.Equal(i, QueueFixture.Number(batch!.Batch[0]));
            await consumer.AdvanceAsync(batch, 1);
            fixture.Time.Advance(DiskQueue.DefaultMinCommitGap);
        }
    }

    [Fact]
    public async Task Records_within_the_gap_are_stored_together_at_its_end()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(1);
        Assert.Equal([1], await fixture.DrainAsync());
        var consumer = fixture.Queue.OpenConsumer("out");
        fixture.Add(1);
        fixture.Add(1);
        var next = consumer.NextAsync().AsTask();
        fixture.Time.Advance(DiskQueue.DefaultMinCommitGap - TimeSpan.FromMilliseconds(1));

        // The queue thread has done a round when it has answered.
        Assert.Equal(0, await fixture.Queue.AskAsync(Rows));
        Assert.False(next.IsCompleted);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, (await next.WaitAsync(s_patience))!.Batch.Count);
    }

    [Fact]
    public async Task A_caller_that_waits_for_the_disk_does_not_wait_for_the_gap()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(1);
        await fixture.AddAsync(1).WaitAsync(s_patience);
        Assert.Equal([1, 2], await fixture.DrainAsync());
    }

    private static long Rows(QueueStore store) => store.State.Counters.Sum(c => c.Waiting);
}
