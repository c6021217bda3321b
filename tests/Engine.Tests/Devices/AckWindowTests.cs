using PlantRuntime.Engine.Devices;

namespace PlantRuntime.Engine.Tests.Devices;

public class AckWindowTests
{
    [Fact]
    public void Stored_counts_only_scans_before_which_none_is_missing()
    {
        var changes = 0;
        var window = new AckWindow(4, () => changes++);
        ScanAck[] acks = [window.Next(), window.Next(), window.Next()];
        acks[2].Release();
        acks[1].Release();
        Assert.Equal((0L, 2), (window.Stored, changes));
        acks[0].Release();
        Assert.Equal((3L, 3), (window.Stored, changes));
    }

    [Fact]
    public void A_scan_is_stored_when_its_last_holder_releases_it()
    {
        var window = new AckWindow(4, () => { });
        var ack = window.Next();
        ack.Hold();
        ack.Hold();
        ack.Release();
        ack.Release();
        Assert.Equal(0, window.Stored);
        ack.Release();
        Assert.Equal(1, window.Stored);
    }

    [Fact]
    public async Task There_is_room_for_the_window_and_again_after_each_stored_scan()
    {
        var window = new AckWindow(2, () => { });
        await window.WaitForRoomAsync(default);
        await window.WaitForRoomAsync(default);
        var (first, second) = (window.Next(), window.Next());
        var third = window.WaitForRoomAsync(default);
        Assert.False(third.IsCompleted);

        // A later scan makes room as well: the window limits the number of scans in memory, not their order.
        second.Release();
        await third;
        var fourth = window.WaitForRoomAsync(default);
        Assert.False(fourth.IsCompleted);
        first.Release();
        await fourth;
    }

    [Fact]
    public async Task Waiting_for_room_ends_with_the_connection()
    {
        var window = new AckWindow(1, () => { });
        await window.WaitForRoomAsync(default);
        using var ended = new CancellationTokenSource();
        var waiting = window.WaitForRoomAsync(ended.Token);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void Scans_that_are_stored_on_many_threads_in_any_order_are_all_counted()
    {
        const int Seed = 20261130;
        var window = new AckWindow(1000, () => { });
        ScanAck[] acks = [.. Enumerable.Range(0, 1000).Select(_ => window.Next())];
        new Random(Seed).Shuffle(acks);
        Parallel.ForEach(acks, ack => ack.Release());
        Assert.Equal(1000, window.Stored);
    }
}
