using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>Slow lines and devices that ignore some requests: every tag has its turn.</summary>
public class TurnTests
{
    // Each in a request of its own.
    private static string[] Apart(int count) => [.. Enumerable.Range(0, count).Select(n => $"holding:{200 * n}")];

    [Theory]
    [InlineData(10, 4)]
    [InlineData(10, 1)]
    [InlineData(7, 3)]
    [InlineData(2, 1)]
    public async Task On_a_slow_line_a_scan_goes_on_with_the_requests_that_the_one_before_left(int tags, int fit)
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        var scan = new ModbusScan(rig.Driver, Apart(tags));
        var left = 0;
        rig.Device.Script = (request, line) =>
        {
            if (left-- > 0) line.Send(request.Good());
        };
        var ages = new int[tags];
        for (var i = 0; i < 6 * tags; i++)
        {
            left = fit;
            var failure = await rig.ReadUntilOutOfTimeAsync(scan, requests: fit + 1, replies: fit);
            rig.Device.Arrived();
            Assert.Null(failure);
            Assert.Equal(fit, scan.Good);
            for (var n = 0; n < tags; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            var most = 2 * ((tags + fit - 1) / fit);
            Assert.True(ages.Max() <= most, $"scan {i}: {string.Join(',', ages)}, at most {most} expected");
            Assert.All(Enumerable.Range(0, tags).Where(n => ages[n] > 0), n => Assert.True(scan.Buffer.IsNotRead(n)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_dead_unit_among_many_leaves_the_others_their_turns_and_comes_back(int pipeline)
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline);
        var scan = new ModbusScan(rig.Driver, [.. Enumerable.Range(1, 6).Select(unit => $"{unit}/holding:{unit}")]);
        var ages = new int[6];
        for (var i = 0; i < 40; i++)
        {
            await rig.ReadUntilStuckAsync(scan, request => request.Unit == 3);
            for (var n = 0; n < 6; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            Assert.True(ages.Where((_, n) => n != 2).Max() <= 2, $"scan {i}: {string.Join(',', ages)}");
        }

        rig.Device.Script = (request, line) => line.Send(request.Good());
        await scan.ReadAsync();
        await scan.ReadAsync();
        Assert.Equal(6, scan.Good);
    }

    [Fact]
    public async Task A_device_that_drops_what_comes_soon_after_its_answer_gives_each_tag_its_turn()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var scan = new ModbusScan(rig.Driver, Apart(4));
        var isFirst = true;
        rig.Device.Script = (request, line) =>
        {
            if (isFirst) line.Send(request.Good());
            isFirst = false;
        };
        var ages = new int[4];
        for (var i = 0; i < 40; i++)
        {
            isFirst = true;
            Assert.Null(await rig.ReadUntilOutOfTimeAsync(scan, requests: 2, replies: 1));
            rig.Device.Arrived();
            for (var n = 0; n < 4; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            Assert.True(ages.Max() <= 12, $"scan {i}: {string.Join(',', ages)}");
        }
    }

    [Fact]
    public async Task A_pause_between_requests_serves_a_device_that_drops_what_comes_within_100_ms_of_its_answer()
    {
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, RequestPause = TimeSpan.FromMilliseconds(150) });
        var answeredAt = 0L;
        rig.Device.Script = (request, line) =>
        {
            if (answeredAt != 0 && TimeProvider.System.GetElapsedTime(answeredAt) < TimeSpan.FromMilliseconds(100)) return;
            line.Send(request.Good());
            answeredAt = TimeProvider.System.GetTimestamp();
        };
        var scan = new ModbusScan(rig.Driver, Apart(4));
        for (var i = 0; i < 2; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(4, scan.Good);
        }
    }

    [Fact]
    public async Task A_pause_after_the_connection_serves_a_device_that_ignores_early_requests()
    {
        var connectedAt = TimeProvider.System.GetTimestamp();
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, ConnectPause = TimeSpan.FromMilliseconds(200) });
        rig.Device.Script = (request, line) =>
        {
            if (TimeProvider.System.GetElapsedTime(connectedAt) >= TimeSpan.FromMilliseconds(200)) line.Send(request.Good());
        };
        var scan = new ModbusScan(rig.Driver, "holding:10");
        await scan.ReadAsync();
        Assert.Equal(10, scan[0].Int);
    }

    [Fact]
    public async Task A_scan_within_the_pause_after_the_connection_says_so_and_keeps_the_connection()
    {
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, ConnectPause = TimeSpan.FromSeconds(50) });
        var scan = new ModbusScan(rig.Driver, "holding:10");
        for (var i = 0; i < 4; i++)
        {
            Assert.Null(await scan.ReadUntilTimeoutAsync(() => Task.CompletedTask));
            Assert.Contains("connect_pause", scan.Fault(0), StringComparison.Ordinal);
        }

        Assert.Equal((1, 0), (rig.Device.Connections, rig.Device.Arrived().Count));
    }

    [Fact]
    public async Task A_device_that_is_silent_after_each_connection_is_given_more_time_each_time()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (_, _) => { };
        var scan = new ModbusScan(rig.Driver, "holding:10");
        var scansPerConnection = new List<int>();
        for (var connection = 0; connection < 4; connection++)
        {
            for (var scans = 1; ; scans++)
            {
                if (await rig.ReadUntilOutOfTimeAsync(scan, requests: 1) is not NotConnectedException) continue;
                scansPerConnection.Add(scans);
                break;
            }

            await rig.Driver.ConnectAsync(CancellationToken.None);
        }

        Assert.Equal([2, 4, 8, 16], scansPerConnection);
    }

    [Fact]
    public async Task A_connection_is_released_after_each_scan_if_site_toml_says_so()
    {
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, KeepConnection = false });
        var scan = new ModbusScan(rig.Driver, "holding:10", "holding:500");
        for (var i = 1; i <= 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((2, i), (scan.Good, rig.Device.Connections));
            Assert.Throws<NotConnectedException>(() => rig.Driver.Loop.Session);
        }

        Assert.Null(await rig.WriteAsync("holding:10", 7));
        Assert.Equal(4, rig.Device.Connections);
    }
}
