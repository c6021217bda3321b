using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

public abstract partial class DriverConformance
{
    [SkippableFact]
    public async Task Reading_gives_what_the_device_holds_in_the_order_of_the_tags()
    {
        await using var driver = await ConnectedAsync();
        HeldValue[] backward = [.. Held.Reverse()];
        await ExpectAsync(driver.Prepare(Tags(Held)), Held);
        await ExpectAsync(driver.Prepare(Tags(backward)), backward);
    }

    [SkippableFact]
    public async Task A_buffer_is_read_into_again_and_again()
    {
        await using var driver = await ConnectedAsync();
        var reader = driver.Prepare(Tags(Held));
        var buffer = Buffer(Held);
        for (var scan = 0; scan < 3; scan++)
        {
            buffer.Reset(DateTime.UnixEpoch.AddSeconds(scan));
            await reader.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(s_patience);
            Assert.Equal(Held.Select(h => h.Value), buffer.Samples.ToArray().Select(s => s.Value));
            Assert.All(Enumerable.Range(0, buffer.Count), i => Assert.Null(buffer.Reason(i)));
        }
    }

    [SkippableFact]
    public async Task The_same_address_may_be_asked_for_twice()
    {
        await using var driver = await ConnectedAsync();
        HeldValue[] twice = [.. Held, .. Held];
        await ExpectAsync(driver.Prepare(Tags(twice)), twice);
    }

    [SkippableFact]
    public async Task Two_readers_share_one_session()
    {
        await using var driver = Open(Options);
        var all = driver.Prepare(Tags(Held));
        await ConnectAsync(driver);
        HeldValue[] some = [Held[^1]];
        var one = driver.Prepare(Tags(some));
        for (var scan = 0; scan < 3; scan++)
        {
            await ExpectAsync(all, Held);
            await ExpectAsync(one, some);
        }

        await ExpectConnectionsAsync(1);
    }
}
