using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Modbus.Tests.Peers;

/// <summary>Checks the trace of devices behind TCP and on serial lines.</summary>
public class TraceTests
{
    private readonly WireTrace _trace = new(TimeProvider.System);
    private readonly TracedMessages _messages;

    public TraceTests() => _messages = new TracedMessages(_trace);

    [Fact]
    public async Task Requests_replies_and_exceptions_are_described()
    {
        using var device = new ScriptedDevice();
        device.Script = (request, line) => line.Send(request.Start == 100 ? request.Refusal(2) : request.Good());
        await using var driver = Open(device.Port);
        await driver.ConnectAsync(CancellationToken.None);
        var scan = new ModbusScan(driver, "holding:4", "holding:5", "7/coil:0");
        await scan.ReadAsync();
        await new ModbusScan(driver, "holding:100").ReadAsync();
        // Two requests are in flight, so that the second may be sent before or after the first reply.
        Assert.Equal(
            [
                "< reply to read coils 0, unit 7, transaction 2: 1 bytes of bits",
                "< reply to read holding registers 4..5, unit 1, transaction 1: 4 bytes: 4 5",
                "> read coils 0, unit 7, transaction 2",
                "> read holding registers 4..5, unit 1, transaction 1",
            ], _messages.Lines.Take(4).Order(StringComparer.Ordinal));
        Assert.Equal("> read holding registers 100, unit 1, transaction 3", _messages.Lines[4]);
        Assert.Equal("< reply to read holding registers 100, unit 1, transaction 3: refused, exception 02, illegal data address",
            _messages.Lines[5]);
        Assert.All(_messages.All, m => Assert.Equal(!m.IsSent, m.Latency is not null));
    }

    [Fact]
    public async Task Bytes_that_are_no_frame_are_shown_with_the_reason()
    {
        using var device = new ScriptedDevice { Script = (_, line) => line.Send("SSH-2.0-OpenSSH_9.6\r\n"u8.ToArray()) };
        await using var driver = Open(device.Port);
        await driver.ConnectAsync(CancellationToken.None);
        await Assert.ThrowsAnyAsync<Exception>(async () => await new ModbusScan(driver, "holding:4").ReadAsync());
        var reply = Assert.Single(_messages.All, m => !m.IsSent && m.Length > 0);
        Assert.StartsWith("not understood: ", reply.Meaning, StringComparison.Ordinal);
        Assert.StartsWith("SSH-2.0", Encoding.ASCII.GetString(reply.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_that_does_not_end_is_shown_at_the_timeout()
    {
        using var device = new ScriptedDevice { Script = (request, line) => line.Send(request.Good()[..9]) };
        await using var driver = Open(device.Port);
        await driver.ConnectAsync(CancellationToken.None);
        var scan = new PreparedScan(driver, "holding:4");
        await scan.ReadUntilTimeoutAsync(async () =>
        {
            await device.ArrivedAsync();
            while (driver.Loop.Session.UnfinishedBytes < 9) await Task.Yield();
        });
        var cut = Assert.Single(_messages.All, m => !m.IsSent);
        Assert.Equal((9, "not understood: the message is not complete at the timeout"), (cut.Length, cut.Meaning));
    }

    [SkippableTheory]
    [Trait("Needs", "Server")]
    [InlineData(FrameFormat.Rtu, 8)]
    [InlineData(FrameFormat.Ascii, 17)]
    public async Task Frames_of_a_serial_line_are_shown_as_they_are_on_it(FrameFormat format, int requestBytes)
    {
        await using var pair = await SerialPair.StartAsync();
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/pymodbus"), "python3-pymodbus is not installed");
        Skip.IfNot(Directory.Exists("/usr/lib/python3/dist-packages/serial_asyncio"), "python3-serial-asyncio is not installed");
        await using var server = await PeerProcess.StartAsync("/usr/bin/python3", "pymodbus_serial_server.py", JsonSerializer.Serialize(
            new
            {
                port = pair.FarPort, ascii = format == FrameFormat.Ascii,
                values = new ServedValue[] { new(1, "holding", 10, "INT16", "42") },
            }, JsonSerializerOptions.Web));
        var options = new ModbusOptions { Port = pair.Port, Framing = format, ReplyTimeout = TimeSpan.FromSeconds(20), Retries = 0 };
        await using var driver = new ModbusSerialDriver(options, new CapturingPluginLog(), trace: _trace);
        await SerialPeer.InTurnAsync(driver, driver.ConnectAsync);
        var scan = new ModbusScan(driver, "holding:10");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal(["> read holding registers 10, unit 1", "< reply to read holding registers 10, unit 1: 2 bytes: 42"], _messages.Lines);
        Assert.Equal(requestBytes, _messages.All[0].Length);
        Assert.NotNull(_messages.All[1].Latency);
    }

    [SkippableFact]
    [Trait("Needs", "Server")]
    public async Task A_damaged_reply_and_the_repeated_request_are_shown()
    {
        await using var peer = await SerialPeer.StartAsync();
        var isDamaged = true;
        peer.Script = request =>
        {
            var reply = SerialPeer.Reply(request);
            if (isDamaged) reply[^1] ^= 0xFF;
            isDamaged = false;
            peer.Send(reply);
        };
        await using var driver = new ModbusSerialDriver(peer.Options(replySeconds: 20), peer.Log, trace: _trace);
        await SerialPeer.InTurnAsync(driver, driver.ConnectAsync);
        isDamaged = false;
        var scan = new ModbusScan(driver, "holding:10");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        isDamaged = true;
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Assert.Equal(["> read holding registers 10, unit 1", "< not understood: a damaged reply",
            "> read holding registers 10, unit 1", "< reply to read holding registers 10, unit 1: 2 bytes: 10"], _messages.Lines.Skip(2));
    }

    private ModbusDriver Open(int port) =>
        new(new ModbusOptions { Host = "127.0.0.1", Port = port }, new CapturingPluginLog(), trace: _trace);
}
