using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests.Field;

/// <summary>Devices whose replies deviate from the specification, as users reported them.</summary>
public class ReplyDeviationTests
{
    private static ModbusOptions Options(int port) => new() { Host = "127.0.0.1", Port = port };

    [Fact]
    public async Task A_device_that_answers_as_unit_1_is_read_with_an_option_and_explained_without()
    {
        await using var strict = await ModbusFixture.ConnectAsync(Options);
        strict.Device.Script = (request, line) => line.Send((request with { Unit = 1 }).Good());
        var scan = new ModbusScan(strict.Driver, "3/holding:10", "holding:10");
        await scan.ReadAsync();
        Assert.StartsWith("BAD_COMM asked unit 3, unit 1 answered", scan.Fault(0), StringComparison.Ordinal);
        Assert.Equal(10, scan[1].Int);
        var fault = await strict.WriteAsync("3/holding:10", 7);
        Assert.StartsWith("asked unit 3, unit 1 answered", Assert.IsType<IOException>(fault).Message, StringComparison.Ordinal);
        await scan.ReadAsync();
        Assert.Equal((10, 1), (scan[1].Int, strict.Device.Connections));

        await using var lenient = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, CheckUnit = false });
        lenient.Device.Script = strict.Device.Script;
        scan = new ModbusScan(lenient.Driver, "3/holding:10");
        await scan.ReadAsync();
        Assert.Equal((10, Quality.Good), (scan[0].Int, scan.Buffer.Samples[0].Quality));
        Assert.Null(await lenient.WriteAsync("3/holding:10", 7));
    }

    [Fact]
    public async Task Transaction_id_0_is_the_reason_and_an_option_accepts_it_one_request_at_a_time()
    {
        await using var strict = await ModbusFixture.ConnectAsync(Options);
        strict.Device.Script = (request, line) => line.Send((request with { Id = 0 }).Good());
        var scan = new ModbusScan(strict.Driver, "holding:10");
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await strict.ReadUntilOutOfTimeAsync(scan, requests: 1, replies: 1));
            Assert.StartsWith("BAD_COMM replies came with transaction id 0", scan.Fault(0), StringComparison.Ordinal);
        }

        Assert.Equal(1, strict.Device.Connections);

        await using var lenient = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, TransactionIds = false });
        var open = 0;
        lenient.Device.Script = (request, line) =>
        {
            Assert.Equal(1, ++open);
            line.Send((request with { Id = 0 }).Good());
            open--;
        };
        scan = new ModbusScan(lenient.Driver, "holding:10", "holding:200", "coil:3");
        await scan.ReadAsync();
        Assert.Equal((10, 200, true, 3), (scan[0].Int, scan[1].Int, scan[2].Bool, scan.Good));
        Assert.Null(await lenient.WriteAsync("holding:10", 7));
    }

    [Fact]
    public async Task Without_ids_a_late_reply_is_never_taken_for_the_next_one()
    {
        await using var rig = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, TransactionIds = false });
        var scan = new ModbusScan(rig.Driver, "holding:10");
        Action? sendLate = null;
        rig.Device.Script = (request, line) => sendLate = () => line.Send((request with { Id = 0 }).Frame([3, 2, 0x11, 0x11]));
        Assert.IsType<OperationCanceledException>(await scan.ReadUntilTimeoutAsync(async () => await rig.Device.ArrivedAsync()));

        rig.Device.Script = (request, line) =>
        {
            try
            {
                sendLate!();
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                // The driver has closed that connection, which is what the test is about.
            }

            line.Send((request with { Id = 0 }).Frame([3, 2, 0x22, 0x22]));
        };
        await scan.ReadAsync();

        Assert.Equal((0x2222, 2), (scan[0].Int, rig.Device.Connections));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(65535)]
    public async Task A_wrong_length_in_the_header_of_an_exception_does_not_hide_it(int length)
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        rig.Device.Script = (request, line) =>
        {
            var reply = request.Start == 100 ? request.Refusal(2) : request.Good();
            if (request.Start == 100) (reply[4], reply[5]) = ((byte)(length >> 8), (byte)length);
            line.Send(reply);
        };
        var scan = new ModbusScan(rig.Driver, "holding:5", "holding:100", "holding:200", "coil:3");
        for (var i = 0; i < 5; i++)
        {
            await scan.ReadAsync();
            Assert.Equal((5, 200, true, 3), (scan[0].Int, scan[2].Int, scan[3].Bool, scan.Good));
            Assert.Equal("BAD_ADDRESS illegal data address", scan.Fault(1));
        }

        Assert.Equal(1, rig.Device.Connections);
    }

    [Theory]
    [InlineData("83 02 00")]
    [InlineData("83 02 00 00 00")]
    public async Task Bytes_behind_an_exception_do_not_hide_it(string pdu)
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 1);
        var bytes = Convert.FromHexString(pdu.Replace(" ", "", StringComparison.Ordinal));
        rig.Device.Script = (request, line) => line.Send(request.Start == 100 ? request.Frame(bytes) : request.Good());
        var scan = new ModbusScan(rig.Driver, "holding:100", "holding:200");
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(("BAD_ADDRESS illegal data address", 200), (scan.Fault(0), scan[1].Int));
        }

        Assert.Equal(1, rig.Device.Connections);
    }

    [Fact]
    public async Task Lengths_that_contradict_the_function_code_mix_with_good_replies_in_one_packet()
    {
        await using var rig = await ModbusFixture.ConnectAsync(pipeline: 4);
        var held = new List<byte[]>();
        rig.Device.Script = (request, line) =>
        {
            var reply = request.Start is 0 or 400 ? request.Refusal(3) : request.Good();
            if (request.Start is 0 or 400) reply[5] = 4;
            held.Add(reply);
            if (held.Count < 4) return;
            line.Send([.. held]);
            held.Clear();
        };
        var scan = new ModbusScan(rig.Driver, "holding:0", "holding:200", "holding:400", "holding:600");
        await scan.ReadAsync();
        Assert.Equal((200, 600, 2), (scan[1].Int, scan[3].Int, scan.Good));
        Assert.Equal("BAD_ADDRESS illegal data value", scan.Fault(0));
        Assert.Equal(1, rig.Device.Connections);
    }

    [Fact]
    public async Task Registers_of_32_bits_are_read_with_an_option_and_explained_without()
    {
        // Register n holds the bytes of a FLOAT32, 4 bytes each: 21.5 in register 10, 41 AC 00 00.
        static byte[] Wide(DeviceRequest request) => request.Frame([request.Function, (byte)(4 * request.Count),
            .. Enumerable.Range(request.Start, request.Count).SelectMany(n => n == 10 ? (byte[])[0x41, 0xAC, 0, 0] : [0, 0, 0, (byte)n])]);

        await using var strict = await ModbusFixture.ConnectAsync(Options);
        strict.Device.Script = (request, line) => line.Send(Wide(request));
        var scan = new ModbusScan(strict.Driver, "holding:10:FLOAT32");
        await scan.ReadAsync();
        Assert.StartsWith("BAD_COMM asked for 4 bytes, 8 came", scan.Fault(0), StringComparison.Ordinal);

        await using var lenient = await ModbusFixture.ConnectAsync(
            port => new ModbusOptions { Host = "127.0.0.1", Port = port, RegisterBits = 32 });
        lenient.Device.Script = strict.Device.Script;
        scan = new ModbusScan(lenient.Driver, ["holding:10:FLOAT32", "holding:11:INT16", "holding:12:UINT32", "holding:13.2",
            .. Enumerable.Range(100, 80).Select(n => $"holding:{n}:DINT")]);
        await scan.ReadAsync();
        Assert.Equal((21.5, 11, 12, true), (scan[0].Number, scan[1].Int, scan[2].Int, scan[3].Bool));
        Assert.All(Enumerable.Range(0, 80), n => Assert.Equal(100 + n, scan[4 + n].Int));
    }

    [Theory]
    [InlineData("holding:5:BCD32", "12 34 56 78", "12345678")]
    [InlineData("holding:5:BCD32:CDAB", "56 78 12 34", "12345678")]
    [InlineData("holding:5:BCD16", "99 07", "9907")]
    [InlineData("holding:5:UINT48", "00 00 00 BC 61 4E", "12345678")]
    [InlineData("holding:5:INT48", "FF FF FF FF FF FE", "-2")]
    [InlineData("holding:5:UINT48:CDAB", "61 4E 00 BC 00 00", "12345678")]
    [InlineData("holding:5.high", "01 00", "1")]
    [InlineData("holding:5.low", "01 00", "0")]
    [InlineData("holding:5.low:INT8", "01 FF", "-1")]
    [InlineData("holding:5.high:BADC", "01 02", "2")]
    public async Task Values_of_meters_and_drives(string address, string registers, string expected)
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        var bytes = Convert.FromHexString(registers.Replace(" ", "", StringComparison.Ordinal));
        rig.Device.Script = (request, line) => line.Send(request.Frame([3, (byte)bytes.Length, .. bytes]));
        var scan = new ModbusScan(rig.Driver, address);
        await scan.ReadAsync();
        Assert.Equal((Quality.Good, expected), (scan.Buffer.Samples[0].Quality, scan[0].ToString()));
    }

    [Fact]
    public async Task A_digit_above_9_is_no_BCD_number()
    {
        await using var rig = await ModbusFixture.ConnectAsync();
        rig.Device.Script = (request, line) => line.Send(request.Frame([3, 4, 0x12, 0x3A, 0, 0]));
        var scan = new ModbusScan(rig.Driver, "holding:5:BCD16", "holding:6:BCD16");
        await scan.ReadAsync();
        Assert.Equal(("BAD_TYPE not a BCD number: one of its digits is above 9", 0), (scan.Fault(0), scan[1].Int));
    }
}
