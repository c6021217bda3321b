using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Sinks;

namespace PlantRuntime.Engine.Tests.Sinks;

public class MemoryQueueTests
{
    [Fact]
    public async Task A_new_session_gets_all_unfinished_batches_in_their_order_and_then_new_records()
    {
        using var queue = new MemoryQueue("out", new ManualTimeProvider());
        queue.Finish();
        Add(queue, 1);
        var first = (await queue.NextAsync())!;
        Add(queue, 2);
        var second = (await queue.NextAsync())!;

        queue.Reopen();
        Add(queue, 3);
        Assert.Same(first, await queue.NextAsync());
        await queue.AdvanceAsync(first, 1);
        Assert.Same(second, await queue.NextAsync());
        queue.Finish();
        Assert.Equal(1, (await queue.NextAsync())!.Batch.Count);
        Assert.Null(await queue.NextAsync());
    }

    private static void Add(MemoryQueue queue, int number) =>
        Assert.True(queue.Add("press.csx", DateTime.UnixEpoch, "press", [], System.Text.Encoding.UTF8.GetBytes($"{number}")));
}
