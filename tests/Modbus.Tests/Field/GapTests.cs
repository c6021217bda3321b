using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Plan;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>A device refuses a merged request because of a gap, with any exception, or leaves it unanswered.</summary>
public class GapTests
{
    private const int Gap = 27;

    // 20 tags at 0, 2, 4 … 38: register 27 is in a gap of one.
    private static readonly string[] Addresses = [.. Enumerable.Range(0, 20).Select(n => $"holding:{2 * n}")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(0x0A)]
    [InlineData(0x0B)]
    [InlineData(0x80)]
    public async Task Tags_around_a_gap_that_is_refused_with_any_exception_are_good_within_few_scans(byte code)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) => line.Send(request.Covers(Gap) ? request.Refusal(code) : request.Good());
        var scan = new ModbusScan(rig.Driver, Addresses);
        for (var i = 0; i < 4 && scan.Good < 20; i++)
        {
            var planned = scan.Plan.Blocks.Length;
            await scan.ReadAsync();
            Assert.InRange(rig.Device.Arrived().Count, 0, planned + 32);
        }

        // The learnt splits are kept: two requests a scan, also after a new connection.
        await rig.Driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal((20, 2), (scan.Good, scan.Plan.Blocks.Length));
        Assert.All(Enumerable.Range(0, 20), n => Assert.Equal(2 * n, scan[n].Int));
    }

    [Fact]
    public async Task Tags_around_a_gap_that_is_met_with_silence_are_good_within_few_scans()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var scan = new ModbusScan(rig.Driver, Addresses);
        var scans = 0;
        while (scan.Good < 20)
        {
            Assert.True(++scans <= 5, $"{scan.Good} good after {scans} scans");
            await rig.ReadUntilStuckAsync(scan, request => request.Covers(Gap));
            rig.Device.Arrived();
        }

        await scan.ReadAsync();
        Assert.Equal(20, scan.Good);
        Assert.InRange(scan.Plan.Blocks.Length, 2, 1 + BadTagIsolation.MaxRequests);
        Assert.Contains(rig.Log.Infos, line => line.Contains("max_gap = 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_search_that_meets_silence_ends()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var scan = new ModbusScan(rig.Driver, Addresses);
        for (var i = 0; i < 30 && scan.Good < 20; i++)
        {
            // The whole request is refused, and parts of it that cover the gap are not answered.
            rig.Refuses = request => request.Covers(Gap) && request.Count > 30;
            await rig.ReadUntilStuckAsync(scan, request => request.Covers(Gap));
            rig.Device.Arrived();
        }

        Assert.Equal(20, scan.Good);
    }

    [Fact]
    public async Task A_silent_gap_beside_other_requests_costs_them_nothing()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        var scan = new ModbusScan(rig.Driver, [.. Addresses, "holding:500", "input:7", "coil:3"]);
        var ages = new int[23];
        for (var i = 0; i < 12; i++)
        {
            await rig.ReadUntilStuckAsync(scan, request => request.Covers(Gap));
            for (var n = 0; n < 23; n++) ages[n] = scan.Buffer.Samples[n].Quality == Quality.Good ? 0 : ages[n] + 1;
            Assert.True(ages[20..].Max() <= 2, $"scan {i}: {string.Join(',', ages)}");
        }

        Assert.All(ages, age => Assert.Equal(0, age));
    }

    [Fact]
    public async Task A_unit_that_is_gone_is_not_searched_for_gaps_and_comes_back_as_it_was()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var isGone = true;
        rig.Device.Script = (request, line) => line.Send(isGone && request.Unit == 2 ? request.Refusal(0x0B) : request.Good());
        var scan = new ModbusScan(rig.Driver, ["holding:5", .. Addresses.Select(address => $"2/{address}")]);
        var requests = 0;
        for (var i = 0; i < 40; i++)
        {
            await scan.ReadAsync();
            requests += rig.Device.Arrived().Count;
            Assert.Equal((1, "BAD_DEVICE gateway target device failed to respond"), (scan.Good, scan.Fault(3)));
        }

        Assert.InRange(requests, 79, 91);
        isGone = false;
        await scan.ReadAsync();
        await scan.ReadAsync();
        Assert.Equal((21, 2), (scan.Good, scan.Plan.Blocks.Length));
    }

    [Fact]
    public async Task A_device_that_is_busy_once_is_not_split()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var left = 1;
        rig.Device.Script = (request, line) => line.Send(left-- > 0 ? request.Refusal(4) : request.Good());
        var scan = new ModbusScan(rig.Driver, Addresses);
        for (var i = 0; i < 3; i++) await scan.ReadAsync();
        Assert.Equal((20, 1), (scan.Good, scan.Plan.Blocks.Length));
    }
}
