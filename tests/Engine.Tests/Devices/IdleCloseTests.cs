using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>Devices that close a connection which was idle between two scans.</summary>
public class IdleCloseTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_closed_between_scans_costs_no_scan(bool isSeenBefore)
    {
        await using var bench = new DeviceFixture();
        var isClosed = false;
        bench.Start(d =>
        {
            d.OnConnect = (_, _) =>
            {
                isClosed = false;
                return default;
            };
            d.OnRead = (read, into, _) =>
            {
                if (isClosed) throw new NotConnectedException("the far end reset the connection");
                into.Good(0, read);
                into.Good(1, read);
                return default;
            };
        });
        for (var i = 0; i < 5; i++)
        {
            var (header, samples) = await bench.NextAsync();
            Assert.Equal((i + 1, (string?)null), (header.Number, header.Failure));
            Assert.All(samples, s => Assert.Equal(Quality.Good, s.Quality));
            (isClosed, bench.Drivers[0].IsClosedByDevice) = (true, isSeenBefore);
            await bench.AdvanceAsync(s_second);
        }

        await bench.NextAsync();
        Assert.Equal((6, 5L, 0L), (bench.Drivers[0].Connects, bench.Runner.Status.Renewals, bench.Runner.Status.Failed));
        Assert.DoesNotContain(bench.Log.All, l => l.Contains("WARN", StringComparison.Ordinal));
        Assert.DoesNotContain(bench.Log.All, l => l.Contains("RECONNECT", StringComparison.Ordinal));
        await bench.Log.WhenAsync("INFO RENEWED device=plc");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_device_that_is_gone_fails_the_scan_that_finds_it(bool isSeenBefore)
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = s_second } });
        bench.Start(d =>
        {
            d.OnConnect = (attempt, _) => attempt == 1 ? default : throw new NotConnectedException("connection refused");
            d.OnRead = (read, into, _) => read == 1 ? default : throw new NotConnectedException("the far end closed the connection");
        });
        await bench.NextAsync();
        bench.Drivers[0].IsClosedByDevice = isSeenBefore;
        await bench.AdvanceAsync(s_second);

        var (header, samples) = await bench.NextAsync();
        Assert.EndsWith("connection; connection refused", header.Failure, StringComparison.Ordinal);
        Assert.All(samples, s => Assert.Equal(Quality.BadComm, s.Quality));
        await bench.Log.WhenAsync("RECONNECT device=plc connection refused sleep=1s");
        Assert.Equal((2, isSeenBefore ? 1 : 2), (bench.Drivers[0].Connects, bench.Drivers[0].Reads));
    }

    [Fact]
    public async Task A_device_that_closes_every_new_connection_is_reported()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = s_second } });
        bench.Start(d => d.OnRead = (_, _, _) => throw new NotConnectedException("the far end closed the connection"));
        Assert.Equal("the far end closed the connection", (await bench.NextAsync()).Header.Failure);
        Assert.Equal((1, 0L), (bench.Drivers[0].Connects, bench.Runner.Status.Renewals));
    }

    [Fact]
    public async Task A_silent_device_is_not_asked_again_in_the_same_scan()
    {
        await using var bench = new DeviceFixture(m => m with { Timeout = 3 * s_second });
        bench.Start(d => d.OnRead = async (read, into, cancel) =>
        {
            if (read == 1) return;
            try
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }
            catch (OperationCanceledException)
            {
                throw new NotConnectedException("no answer to anything twice in a row");
            }
        });
        await bench.NextAsync();
        await bench.AdvanceAsync(s_second);
        for (var i = 0; i < 2; i++) await bench.Drivers[0].ReadBegan.WaitAsync(TimeSpan.FromSeconds(20));
        await bench.AdvanceAsync(3 * s_second);
        Assert.Equal("no answer to anything twice in a row", (await bench.NextAsync()).Header.Failure);
        Assert.Equal(0, bench.Runner.Status.Renewals);
    }

    [Fact]
    public async Task A_write_goes_out_once_on_the_new_connection()
    {
        await using var bench = new WriteFixture();
        bench.Device.Start();
        await bench.Device.NextAsync();
        bench.Driver.IsClosedByDevice = true;
        Assert.Equal(new WriteResult(WriteOutcome.Written), await bench.WriteAsync(5));
        Assert.Equal(2, bench.Driver.Connects);
        Assert.Equal(5, Assert.Single(bench.Driver.Written).Value.Int);
    }

    [Fact]
    public async Task A_write_that_loses_the_connection_is_unknown_and_the_next_scan_is_good()
    {
        await using var bench = new WriteFixture();
        bench.Device.Start(d => d.OnWrite = (_, _) => throw new NotConnectedException("the far end reset the connection"));
        await bench.Device.NextAsync();
        Assert.Equal(WriteOutcome.Unknown, (await bench.WriteAsync(5)).Outcome);
        await bench.Device.AdvanceAsync(s_second);
        Assert.Null((await bench.Device.NextAsync()).Header.Failure);
        Assert.Equal((2, DeviceState.Running), (bench.Driver.Connects, bench.Device.Runner.Status.State));
        Assert.DoesNotContain(bench.Device.Log.All, l => l.Contains("RECONNECT", StringComparison.Ordinal));
    }
}
