using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>Repeats records as the queue does after a crash or failure: in other batches and with gaps.</summary>
public abstract partial class SinkConformance
{
    [SkippableFact]
    public async Task Stores_in_order_what_comes_again_cut_differently()
    {
        var all = Counting(1, 0, 4);
        all.Number = 2;
        all.AddCounting(4, 4);
        all.Number = 3;
        all.AddCounting(8, 4);
        await using (var sink = await ConnectAsync()) await sink.WriteAsync(all.Part(i => i < 6), default);
        await using (var again = await ConnectAsync())
        {
            await again.WriteAsync(all.Part(i => i < 3), default);
            await again.WriteAsync(all.Part(i => i is >= 3 and < 9), default);
            await again.WriteAsync(all, default);
        }

        Assert.Equal(
            RefusesDuplicates
                ? CountingStored(0, 12)
                : [.. CountingStored(0, 6), .. CountingStored(0, 3), .. CountingStored(3, 6), .. CountingStored(0, 12)],
            Samples());
    }

    [SkippableFact]
    public async Task Stores_a_batch_with_gaps()
    {
        var batch = Empty(1);
        (long Number, int Index)[] places = [(1, 0), (1, 3), (4, 1), (4, 7), (9, 0)];
        for (var i = 0; i < places.Length; i++)
        {
            batch.StartAt(places[i].Number, places[i].Index);
            batch.AddCounting(i, 1);
        }

        await using var sink = await ConnectAsync();
        await sink.WriteAsync(batch.Part(i => i < 3), default);
        await sink.WriteAsync(batch.Part(i => i > 1), default);

        Assert.Equal(RefusesDuplicates ? CountingStored(0, 5) : [.. CountingStored(0, 3), .. CountingStored(2, 3)], Samples());
    }

    [SkippableFact]
    public async Task Keeps_the_records_of_two_queues_apart()
    {
        var other = Counting(1, 3, 3);
        other.Queue = new Guid("00000000-0000-0000-0000-000000000001");
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 3), default);
        await sink.WriteAsync(other, default);
        await sink.WriteAsync(Counting(2, 6, 1), default);
        await sink.WriteAsync(other, default);

        Assert.Equal(RefusesDuplicates ? CountingStored(0, 7) : [.. CountingStored(0, 7), .. CountingStored(3, 3)], Samples());
    }

    [SkippableFact]
    public async Task Stores_records_without_identity_whenever_they_come()
    {
        var batch = Counting(0, 0, 1);
        batch.Queue = Guid.Empty;
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(batch, default);
        await sink.WriteAsync(batch, default);

        Assert.Equal([.. CountingStored(0, 1), .. CountingStored(0, 1)], Samples());
    }

    [SkippableFact]
    public async Task A_refused_record_does_not_hold_the_others()
    {
        await using var sink = await ConnectAsync();
        var batch = Counting(1, 0, 2);
        AddRefused(batch);
        var bad = batch.Part(i => i > 1);
        batch.AddCounting(2, 2);
        var refused = await DeliveryLoop.RunAsync(sink, batch);
        await sink.WriteAsync(Counting(2, 4, 1), default);

        Assert.Equal(bad.Count > 0 ? [bad[0].Id] : [], refused);
        Assert.Equal(CountingStored(0, 5), Samples());
    }
}
