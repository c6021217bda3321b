using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Peers;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Lines;

/// <summary>Reads from and writes to the serial servers of pymodbus and libmodbus at the far end of a pair of ports.</summary>
[Trait("Needs", "Server")]
public class SerialServerTests
{
    private static readonly ServedValue[] s_values =
    [
        new(1, "holding", 10, "FLOAT32", "21.5"), new(1, "input", 0, "INT16", "-7"), new(1, "coil", 3, "BOOL", "1"),
        new(2, "holding", 10, "UINT32", "305419896", "CDAB"), new(7, "discrete", 0, "BOOL", "1"),
        .. Enumerable.Range(100, 125).Select(n => new ServedValue(1, "holding", n, "UINT16", $"{n * 7}")),
    ];

    [SkippableTheory]
    [InlineData(FrameFormat.Rtu)]
    [InlineData(FrameFormat.Ascii)]
    public async Task Pymodbus_serves_several_units_and_one_is_dead(FrameFormat format)
    {
        await using var pair = await SerialPair.StartAsync();
        await using var server = await StartPymodbusAsync(pair, format);
        var options = new ModbusOptions { Port = pair.Port, Framing = format, ReplyTimeout = TimeSpan.FromSeconds(2), Retries = 0 };
        await using var driver = new ModbusSerialDriver(options, new Conformance.CapturingPluginLog());
        await SerialPeer.InTurnAsync(driver, driver.ConnectAsync);
        var scan = new ModbusScan(driver, [
            "holding:10:FLOAT32", "input:0:INT16", "coil:3", "2/holding:10:UINT32:CDAB", "7/discrete:0",
            .. Enumerable.Range(100, 125).Select(n => $"holding:{n}"), "9/holding:0"]);
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal(["21.5", "-7", "TRUE", "305419896", "TRUE"], Enumerable.Range(0, 5).Select(n => scan[n].ToString()));
        Assert.All(Enumerable.Range(100, 125), n => Assert.Equal(n * 7, scan[n - 95].Int));
        Assert.Equal((130, "no answer in time"), (scan.Good, scan.Fault(130).Split(' ', 2)[1]));

        Assert.Null(await driver.WriteInTurnAsync("holding:100", 4711));
        Assert.Null(await driver.WriteInTurnAsync("coil:3", false));
        Assert.Equal("illegal data address (02); nothing was written", (await driver.WriteInTurnAsync("holding:5000", 1))!.Message);
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal((4711, false), (scan[5].Int, scan[2].Bool));
        if (format == FrameFormat.Ascii) return;
        IReadOnlyList<DeviceProperty> properties = [];
        await SerialPeer.InTurnAsync(driver, async token => properties = await driver.DescribeAsync(token));
        Assert.Equal(["vendor pymodbus", "product PM", "revision 3.0"], properties.Take(3).Select(p => $"{p.Name} {p.Text}"));
    }

    [SkippableFact]
    public async Task Libmodbus_is_read_and_written_and_another_unit_is_dead()
    {
        await using var pair = await SerialPair.StartAsync();
        using var libmodbus = new LibmodbusProgram("libmodbus_rtu_server.c");
        await using var server = await libmodbus.StartAsync(
            $"{pair.FarPort} 3\nholding 10 258\nholding 11 772\ninput 20 65534\ncoil 3 1\ndiscrete 4 1\n");
        var options = new ModbusOptions { Port = pair.Port, UnitId = 3, ReplyTimeout = TimeSpan.FromSeconds(2), Retries = 0 };
        await using var driver = new ModbusSerialDriver(options, new Conformance.CapturingPluginLog());
        await SerialPeer.InTurnAsync(driver, driver.ConnectAsync);
        var scan = new ModbusScan(driver, "holding:10:UINT32", "input:20:INT16", "coil:3", "discrete:4", "4/holding:10");
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Equal(["16909060", "-2", "TRUE", "TRUE"], Enumerable.Range(0, 4).Select(n => scan[n].ToString()));
            Assert.Equal(4, scan.Good);
        }

        (string Address, Value Value, string Expected)[] writes =
        [
            ("holding:100", 7, "7"), ("coil:9", true, "TRUE"), ("holding:101:REAL", 21.5, "21.5"), ("holding:110.4", true, "TRUE"),
            ("holding:111:STRING[6]", "abc", "abc"),
        ];
        foreach (var (address, value, expected) in writes)
        {
            Assert.Null(await driver.WriteInTurnAsync(address, value));
            var back = new ModbusScan(driver, address);
            Assert.Null(await back.ReadInTurnAsync(driver));
            Assert.Equal((address, expected), (address, back[0].ToString()));
        }

        // All units obey a broadcast, and none answers it.
        Assert.Null(await driver.WriteInTurnAsync("0/holding:100", 9));
        var written = new ModbusScan(driver, "holding:100");
        Assert.Null(await written.ReadInTurnAsync(driver));
        Assert.Equal(9, written[0].Int);
    }

    private static Task<PeerProcess> StartPymodbusAsync(SerialPair pair, FrameFormat format)
    {
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/pymodbus"), "python3-pymodbus is not installed");
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/serial_asyncio"), "python3-serial-asyncio is not installed");
        return PeerProcess.StartAsync("/usr/bin/python3", "pymodbus_serial_server.py", JsonSerializer.Serialize(
            new { port = pair.FarPort, ascii = format == FrameFormat.Ascii, values = s_values }, JsonSerializerOptions.Web));
    }
}
