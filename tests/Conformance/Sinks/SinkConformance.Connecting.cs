using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

public abstract partial class SinkConformance
{
    [SkippableFact]
    public async Task Goes_on_when_connected_again_without_being_closed()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 2), default);
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Counting(2, 2, 2), default);

        Assert.Equal(CountingStored(0, 4), Samples());
    }

    [SkippableFact]
    public async Task Goes_on_where_an_earlier_one_stopped()
    {
        await using (var first = await ConnectAsync()) await first.WriteAsync(Counting(1, 0, 2), default);
        await using (var second = await ConnectAsync()) await second.WriteAsync(Counting(2, 2, 2), default);

        Assert.Equal(CountingStored(0, 4), Samples());
    }

    [SkippableFact]
    public async Task Stores_nothing_when_cancelled_and_works_afterwards()
    {
        await using var sink = await ConnectAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sink.WriteAsync(Counting(1, 0, 3), cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await sink.ConnectAsync(cancelled.Token));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Counting(1, 0, 3), default);

        Assert.Equal(CountingStored(0, 3), Samples());
    }

    [SkippableFact]
    public async Task Asks_to_be_connected_when_it_is_not()
    {
        await using var sink = Open();
        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Counting(1, 0, 1), default));
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Counting(1, 0, 1), default);

        Assert.Equal(CountingStored(0, 1), Samples());
    }

    [SkippableFact]
    public async Task Can_be_closed_twice_and_unconnected()
    {
        await Open().DisposeAsync();
        var sink = await ConnectAsync();
        await sink.WriteAsync(Counting(1, 0, 1), default);
        await sink.DisposeAsync();
        await sink.DisposeAsync();

        Assert.Equal(CountingStored(0, 1), Samples());
    }
}
