using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Lines;

/// <summary>Devices on one serial line with scripted units at its far end.</summary>
[Trait("Needs", "Server")]
public class SharedLineTests
{
    [SkippableFact]
    public async Task Values_are_read_and_written()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options());
        Assert.EndsWith(" 9600 8N1", driver.Endpoint, StringComparison.Ordinal);
        var scan = new ModbusScan(driver, "holding:10", "7/input:300", "coil:9", "holding:258:UINT32");
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Equal((10, 300, true, 0x0102_0103, 4), (scan[0].Int, scan[1].Int, scan[2].Bool, scan[3].Int, scan.Good));
        }

        Assert.Null(await driver.WriteInTurnAsync("holding:10:DINT", 7));
        Assert.Null(await driver.WriteInTurnAsync("coil:1", true));
        Assert.Null(await driver.WriteInTurnAsync("holding:3.4", true));
    }

    [SkippableFact]
    public async Task Devices_take_turns_in_the_order_in_which_they_ask()
    {
        await using var peer = await SerialPeer.StartAsync();
        var drivers = new List<ModbusSerialDriver>();
        for (var unit = 1; unit <= 5; unit++) drivers.Add(await peer.ConnectAsync(peer.Options(unit)));
        var scans = drivers.ConvertAll(driver => new ModbusScan(driver, "holding:5"));
        var asked = new List<byte>();
        for (var round = 0; round < 3; round++)
        {
            var reads = drivers.Select((driver, i) => scans[i].ReadInTurnAsync(driver)).ToList();
            Assert.All(await Task.WhenAll(reads), Assert.Null);
            for (var i = 0; i < drivers.Count; i++) asked.Add((await peer.ArrivedAsync()).Unit);
        }

        Assert.Equal(Enumerable.Repeat(new byte[] { 1, 2, 3, 4, 5 }, 3).SelectMany(round => round), asked);
        Assert.All(scans, scan => Assert.Equal(5, scan[0].Int));
    }

    [SkippableFact]
    public async Task A_dead_unit_of_one_device_is_asked_rarely_and_read_again_when_it_is_back()
    {
        await using var peer = await SerialPeer.StartAsync();
        var isDead = true;
        peer.Script = request =>
        {
            if (request.Unit != 5 || !isDead) peer.Answer(request);
        };
        var driver = await peer.ConnectAsync(peer.Options(retries: 0, replySeconds: 0.4));
        var reasons = new HashSet<string>();
        var scan = new ModbusScan(driver, [.. Enumerable.Range(1, 10).Select(unit => $"{unit}/holding:{unit}")]);
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Equal(9, scan.Good);
            reasons.Add(scan.Fault(4).Split(' ', 2)[1]);
        }

        var requests = peer.Arrived();
        Assert.Equal(90, requests.Count(request => request.Unit != 5));
        Assert.InRange(requests.Count(request => request.Unit == 5), 1, 9);
        Assert.Equal(["no answer in time", "not asked in this scan, because the unit did not answer before"], reasons.Order());
        isDead = false;
        while (scan.Good < 10) Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal(5, scan[4].Int);
    }

    [SkippableFact]
    public async Task A_device_without_any_reply_fails_with_the_reason_and_keeps_its_connection()
    {
        await using var peer = await SerialPeer.StartAsync();
        peer.Script = _ => { };
        var driver = await peer.ConnectAsync(peer.Options(replySeconds: 0.05));
        var scan = new ModbusScan(driver, "holding:5");
        for (var i = 0; i < 4; i++)
            Assert.Equal("no answer in time", Assert.IsType<TimeoutException>(await scan.ReadInTurnAsync(driver)).Message);
        peer.Script = peer.Answer;

        // On a busy machine a reply may come after its time.
        while (await scan.ReadInTurnAsync(driver) is { } failure) Assert.IsType<TimeoutException>(failure);
        Assert.Equal(5, scan[0].Int);
    }

    [SkippableFact]
    public async Task A_broadcast_awaits_no_reply_and_is_never_read()
    {
        await using var peer = await SerialPeer.StartAsync();
        peer.Script = request =>
        {
            if (request.Unit != 0) peer.Answer(request);
        };
        var driver = await peer.ConnectAsync(peer.Options());
        Assert.Null(await driver.WriteInTurnAsync("0/holding:7", 5));
        var arrived = await peer.ArrivedAsync();
        Assert.Equal((0, "06 00 07 00 05"), (arrived.Unit, arrived.Pdu));
        var scan = new ModbusScan(driver, "0/holding:7", "holding:7");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal((7, "BAD_ADDRESS unit 0 is all units of the line: it can be written and not read"), (scan[1].Int, scan.Fault(0)));
        Assert.Equal(1, Assert.Single(peer.Arrived()).Unit);
    }

    [SkippableFact]
    public async Task A_write_without_a_reply_is_not_repeated_and_its_outcome_is_unknown()
    {
        await using var peer = await SerialPeer.StartAsync();
        peer.Script = _ => { };
        var driver = await peer.ConnectAsync(peer.Options(retries: 3, replySeconds: 0.1));
        var failure = Assert.IsType<IOException>(await driver.WriteInTurnAsync("holding:7", 5));
        Assert.Equal("no answer in time; whether the value was written is unknown", failure.Message);
        Assert.Single(peer.Arrived());
    }

    [SkippableFact]
    public async Task An_adapter_that_disappears_during_a_request_is_named_and_its_return_heals_all()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options(replySeconds: 20));
        var scan = new ModbusScan(driver, "holding:5");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        await peer.ArrivedAsync();
        peer.Script = _ => { };
        var reading = scan.ReadInTurnAsync(driver);
        await peer.ArrivedAsync();
        await peer.UnplugAsync();
        var lost = Assert.IsType<NotConnectedException>(await reading);
        Assert.Contains(peer.Port, lost.Message, StringComparison.Ordinal);
        var absent = await Xunit.Record.ExceptionAsync(() => SerialPeer.InTurnAsync(driver, driver.ConnectAsync));
        Assert.Contains("does not exist: is the adapter plugged in?", absent!.Message, StringComparison.Ordinal);
        await peer.PlugInAsync();
        peer.Script = peer.Answer;
        await SerialPeer.InTurnAsync(driver, driver.ConnectAsync);
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal(5, scan[0].Int);
    }

    [SkippableFact]
    public async Task Identification_is_asked_once_and_not_again_after_a_refusal()
    {
        await using var peer = await SerialPeer.StartAsync();
        peer.Script = request => peer.Send(RtuDevice.Frame(request.Unit, (byte)(request.Function | 0x80), 1));
        var driver = await peer.ConnectAsync(peer.Options());
        for (var i = 0; i < 2; i++)
        {
            await SerialPeer.InTurnAsync(driver, driver.ConnectAsync);
            await SerialPeer.InTurnAsync(driver, async token => Assert.Empty(await driver.DescribeAsync(token)));
        }

        Assert.Equal(0x2B, Assert.Single(peer.Arrived()).Function);
    }

    [SkippableFact]
    public async Task Identification_in_parts_is_read_to_its_end_within_bounds()
    {
        await using var peer = await SerialPeer.StartAsync();
        var parts = 0;
        peer.Script = request =>
        {
            // Always more to come: the driver must stop by itself.
            var text = "ACME"u8.ToArray();
            peer.Send(RtuDevice.Frame([request.Unit, 0x2B, 0x0E, 1, 1, 0xFF, (byte)++parts, 1, (byte)((parts - 1) % 3), 4, .. text]));
        };
        var driver = await peer.ConnectAsync(peer.Options());
        IReadOnlyList<DeviceProperty> properties = [];
        for (var i = 0; i < 2; i++)
            await SerialPeer.InTurnAsync(driver, async token => properties = await driver.DescribeAsync(token));
        Assert.Equal(["vendor ACME", "product ACME", "revision ACME"], properties.Select(p => $"{p.Name} {p.Text}"));
        Assert.Equal(8, peer.Arrived().Count);
    }
}
