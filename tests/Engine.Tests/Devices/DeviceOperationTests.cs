using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Tests.Devices;

public class DeviceOperationTests
{
    [Fact]
    public async Task A_question_is_answered_between_two_scans()
    {
        await using var bench = new DeviceFixture();
        bench.Start();
        await bench.NextAsync();
        Assert.Equal(42, await bench.Runner.AskAsync((_, _) => new ValueTask<int>(42)).WaitAsync(TimeSpan.FromSeconds(20)));
        await bench.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await bench.NextAsync()).Header.Number);
    }

    [Fact]
    public async Task What_it_throws_is_the_askers_and_a_lost_connection_is_replaced()
    {
        await using var bench = new DeviceFixture();
        bench.Start();
        await bench.NextAsync();
        await Assert.ThrowsAsync<RefusedException>(() => bench.Runner.AskAsync<int>((_, _) => throw new RefusedException("no")));
        await Assert.ThrowsAsync<NotConnectedException>(
            () => bench.Runner.AskAsync<int>((_, _) => throw new NotConnectedException("gone")));
        await bench.Log.WhenAsync("RENEWED device=plc gone");
        await bench.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((null, 2), ((await bench.NextAsync()).Header.Failure, bench.Drivers[0].Connects));
    }

    [Fact]
    public async Task Nothing_is_kept_for_a_connection_that_is_not_there()
    {
        await using var bench = new DeviceFixture();
        bench.Start(d => d.OnConnect = (_, _) => throw new NotConnectedException("refused"));
        await bench.NextAsync();
        var asked = await Assert.ThrowsAsync<NotConnectedException>(() => bench.Runner.AskAsync((_, _) => new ValueTask<int>(1)));
        Assert.Contains("plc is not connected", asked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_is_not_answered_in_time_ends()
    {
        await using var bench = new DeviceFixture();
        bench.Start();
        await bench.NextAsync();
        var asked = bench.Runner.AskAsync<int>(async (_, cancel) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            return 1;
        });
        while (!asked.IsCompleted)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Contains("no answer within 3 s", (await Assert.ThrowsAsync<TimeoutException>(() => asked)).Message,
            StringComparison.Ordinal);
    }
}
