using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Plan;

namespace PlantRuntime.Modbus.Tests.Faults;

/// <summary>A device refuses a whole request for one bad address in it.</summary>
public class BadTagIsolationTests
{
    private const string Refused = "BAD_ADDRESS illegal data address";

    private static Action<DeviceRequest, PeerLine> Without(params int[] offsets) =>
        (request, line) => line.Send(offsets.Any(request.Covers) ? request.Refusal(2) : request.Good());

    private static string[] Hundred(int step = 1) => [.. Enumerable.Range(0, 100).Select(n => $"holding:{n * step}")];

    [Fact]
    public async Task One_bad_tag_of_a_hundred_is_bad_alone_from_the_first_scan_on()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = Without(37);
        var scan = new ModbusScan(rig.Driver, Hundred());

        await scan.ReadAsync();
        Assert.Equal((99, Refused), (scan.Good, scan.Fault(37)));
        Assert.All(Enumerable.Range(0, 100).Where(n => n != 37), n => Assert.Equal(n, scan[n].Int));
        Assert.InRange(rig.Device.Arrived().Count, 1, 1 + BadTagIsolation.MaxRequests);

        // Three requests remain: both sides, and the bad tag, which is read again in case it recovers.
        await scan.ReadAsync();
        Assert.Equal((99, Refused), (scan.Good, scan.Fault(37)));
        Assert.Equal(["0+37", "38+62", "37+1"], rig.Device.Arrived().Select(request => $"{request.Start}+{request.Count}"));
        Assert.Equal(1, rig.Device.Connections);
    }

    [Fact]
    public async Task A_bad_tag_that_heals_joins_its_neighbours_again()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = Without(37);
        var scan = new ModbusScan(rig.Driver, Hundred());
        await scan.ReadAsync();

        rig.Device.Script = Without();
        await scan.ReadAsync();

        Assert.Equal(100, scan.Good);
        Assert.Equal(1, scan.Plan.Blocks.Length);
    }

    [Fact]
    public async Task Many_bad_tags_are_found_in_bounded_steps_and_cost_one_request_a_scan()
    {
        int[] bad = [0, 1, 17, 40, 41, 42, 63, 80, 98, 99];
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = Without(bad);
        var scan = new ModbusScan(rig.Driver, Hundred());

        var scans = 0;
        for (; scan.Good < 90 || scan.Plan.Bisections.Count > 0; scans++)
        {
            var planned = scan.Plan.Blocks.Length;
            await scan.ReadAsync();
            Assert.InRange(rig.Device.Arrived().Count, 1, planned + BadTagIsolation.MaxRequests);
            Assert.True(scans < 10, $"{scan.Good} good after {scans} scans");
        }

        Assert.All(bad, n => Assert.Equal(Refused, scan.Fault(n)));
        await scan.ReadAsync();
        Assert.Equal(90, scan.Good);
        Assert.Equal(6, scan.Plan.Blocks.Length);
    }

    [Fact]
    public async Task A_hole_between_tags_is_not_bridged_again()
    {
        await using var rig = await ModbusFixture.ConnectAsync(maxGap: 4);
        rig.Device.Script = Without(152);
        var scan = new ModbusScan(rig.Driver, Hundred(step: 3)[..60]);

        await scan.ReadAsync();
        Assert.Equal(60, scan.Good);
        rig.Device.Arrived();

        await scan.ReadAsync();
        Assert.Equal(60, scan.Good);
        Assert.Equal(["0+124", "126+25", "153+25"], rig.Device.Arrived().Select(request => $"{request.Start}+{request.Count}"));
    }

    [Fact]
    public async Task A_device_that_takes_fewer_registers_than_said_is_learnt()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) => line.Send(request.Count > 30 ? request.Refusal(3) : request.Good());
        var scan = new ModbusScan(rig.Driver, Hundred());

        for (var i = 0; i < 4; i++) await scan.ReadAsync();

        Assert.Equal(100, scan.Good);
        Assert.Equal(4, scan.Plan.Blocks.Length);
    }

    [Fact]
    public async Task Every_mix_of_holes_ends_with_all_good_tags_good_and_the_bad_ones_named()
    {
        const int Seed = 99;
        var random = new Random(Seed);
        for (var round = 0; round < 60; round++)
        {
            await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1 + random.Next(4), maxGap: random.Next(6));
            var holes = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(80)).ToArray();
            rig.Device.Script = Without(holes);
            var offsets = Enumerable.Range(0, 80).Where(_ => random.Next(3) > 0).ToArray();
            var scan = new ModbusScan(rig.Driver, [.. offsets.Select(n => $"holding:{n}")]);

            for (var i = 0; i < 8; i++) await scan.ReadAsync();

            var where = $"seed {Seed}, round {round}: holes {string.Join(',', holes)} tags {string.Join(',', offsets)}";
            for (var i = 0; i < offsets.Length; i++)
            {
                var isHole = holes.Contains(offsets[i]);
                var isRight = isHole ? scan.Fault(i) == Refused : scan.Buffer.Samples[i].Quality == Quality.Good;
                Assert.True(isRight, $"{where}: {offsets[i]} {scan.Fault(i)}");
                Assert.True(isHole || scan[i].Int == offsets[i], where);
            }
        }
    }
}
