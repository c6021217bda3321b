using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

public abstract partial class SinkConformance
{
    [SkippableFact]
    public async Task Stores_what_it_is_given_and_closes()
    {
        await using (var sink = await ConnectAsync())
        {
            await sink.WriteAsync(Of(1, ("a", 1.5, Quality.Good), ("b", Value.Null, Quality.BadRange)), default);
        }

        Assert.Equal([new("press", "a", "1.5", "GOOD"), new("press", "b", "", "BAD_RANGE")], Samples());
        Assert.Empty(Log.Warnings);
    }

    [SkippableFact]
    public async Task Keeps_the_order_over_many_batches()
    {
        await using var sink = await ConnectAsync();
        int[] sizes = [1, 7, 0, 100, 1, 400];
        var next = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            await sink.WriteAsync(Counting(i + 1, next, sizes[i]), default);
            next += sizes[i];
        }

        Assert.Equal(CountingStored(0, next), Samples());
    }

    [SkippableFact]
    public async Task Stores_nothing_for_an_empty_batch()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Empty(1), default);

        Assert.Empty(Samples());
        Assert.Empty(Payloads());
    }

    [SkippableFact]
    public async Task Stores_ten_thousand_records_of_one_batch()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 10_000), default);

        Assert.Equal(CountingStored(0, 10_000), Samples());
    }

    [SkippableFact]
    public async Task Takes_as_many_batches_at_a_time_as_it_says()
    {
        const int Each = 50;
        await using var sink = await ConnectAsync();
        var count = sink is IParallelSink parallel ? parallel.BatchesAtOnce : 1;
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => sink.WriteAsync(Counting(i + 1, i * Each, Each), default).AsTask()));

        Assert.Equal(CountingStored(0, count * Each), Samples().OrderBy(s => int.Parse(s.Value, null)));
    }

    [SkippableFact]
    public async Task Keeps_nothing_of_a_batch_that_is_filled_again()
    {
        await using var sink = await ConnectAsync();
        var batch = Counting(1, 0, 100);
        await sink.WriteAsync(batch, default);
        batch.Clear();
        batch.Number = 2;
        batch.AddCounting(100, 50);
        await sink.WriteAsync(batch, default);
        batch.Clear();

        Assert.Equal(CountingStored(0, 150), Samples());
    }
}
