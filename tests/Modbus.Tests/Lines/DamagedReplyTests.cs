using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;

namespace PlantRuntime.Modbus.Tests.Lines;

/// <summary>Damaged, cut, foreign, late and endless bytes on a serial line.</summary>
[Trait("Needs", "Server")]
public class DamagedReplyTests
{
    [SkippableFact]
    public async Task A_wrong_bit_in_any_byte_is_never_a_value_and_the_repetition_is()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options());
        var scan = new ModbusScan(driver, "holding:10", "holding:11");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        var length = SerialPeer.Reply(await peer.ArrivedAsync()).Length;
        for (var at = 0; at < length; at++)
        {
            var isFirst = true;
            peer.Script = request =>
            {
                var reply = SerialPeer.Reply(request);
                if (isFirst) reply[at] ^= 0x10;
                isFirst = false;
                peer.Send(reply);
            };
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Equal((at, 10, 11, 2), (at, scan[0].Int, scan[1].Int, scan.Good));
            Assert.Equal(2, peer.Arrived().Count);
        }

        IReadOnlyList<DeviceProperty> properties = [];
        peer.Script = peer.Answer;
        await SerialPeer.InTurnAsync(driver, async token => properties = await driver.DescribeAsync(token));
        Assert.Equal(new DeviceProperty("crc_errors", $"{length}", IsWrong: true), properties.Single(p => p.Name == "crc_errors"));
    }

    [SkippableFact]
    public async Task Without_a_right_reply_the_reason_is_the_checksum()
    {
        await using var peer = await SerialPeer.StartAsync();
        peer.Script = request =>
        {
            var reply = SerialPeer.Reply(request);
            reply[^1] ^= 1;
            peer.Send(reply);
        };
        var driver = await peer.ConnectAsync(peer.Options());
        var scan = new ModbusScan(driver, "holding:10");
        var failure = Assert.IsType<TimeoutException>(await scan.ReadInTurnAsync(driver));
        Assert.Equal("bytes came that are no frame with a right checksum", failure.Message);
    }

    [SkippableFact]
    public async Task Frames_that_are_cut_or_glued_to_others_do_not_matter()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options(replySeconds: 1.5));
        var scan = new ModbusScan(driver, "holding:10", "holding:11");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        Func<byte[], byte[][]>[] deliveries =
        [
            .. new[] { 0, 2, 4, 5, 6, 7, 8 }.Select(cut => new Func<byte[], byte[][]>(reply => [reply[..cut]])),
            reply => [[0xFF, 0x00, 0x55], reply],
            reply => [RtuDevice.Frame(9, 3, 4, 1, 1, 1, 1), reply],
            reply => [RtuDevice.Frame(1, 4, 4, 1, 1, 1, 1), reply],
            reply => [RtuDevice.Frame(1, 0x42, 1, 2, 3), reply],
            reply => [reply[..4], reply],
            reply => [reply, [0x01, 0x03, 0x04]],
            reply => [reply, reply],
        ];
        foreach (var (deliver, index) in deliveries.Select((deliver, index) => (deliver, index)))
        {
            var isFirst = true;
            peer.Script = request =>
            {
                peer.Send(isFirst ? deliver(SerialPeer.Reply(request)) : [SerialPeer.Reply(request)]);
                isFirst = false;
            };
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Equal((index, 10, 11, 2), (index, scan[0].Int, scan[1].Int, scan.Good));
        }
    }

    [SkippableFact]
    public async Task Replies_of_other_units_and_functions_and_lengths_are_named()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options(unit: 3, retries: 0, replySeconds: 0.4));
        var scan = new ModbusScan(driver, "holding:10");
        (Func<DeviceRequest, byte[]> Reply, string Reason)[] cases =
        [
            (request => SerialPeer.Reply(request with { Unit = 1 }), "asked unit 3, unit 1 answered (check_unit = false accepts that)"),
            (request => RtuDevice.Frame(3, 4, 2, 0, 10), "reply to another function than was asked"),
            (request => RtuDevice.Frame(3, 0x42, 2, 0, 10), "reply to another function than was asked"),
            (request => RtuDevice.Frame(3, 3, 4, 0, 10, 0, 11),
                "asked for 2 bytes, 4 came (register_bits = 32 if the device has registers of 32 bits)"),
        ];
        foreach (var (reply, reason) in cases)
        {
            peer.Script = peer.Answer;
            Assert.Null(await scan.ReadInTurnAsync(driver));
            peer.Script = request => peer.Send(reply(request));
            Assert.Equal(reason, Assert.IsType<TimeoutException>(await scan.ReadInTurnAsync(driver)).Message);
        }

        peer.Script = request => peer.Send(RtuDevice.Frame(3, 0x83, 2));
        while (await scan.ReadInTurnAsync(driver) is not null)
        {
        }

        Assert.Equal("BAD_ADDRESS illegal data address", scan.Fault(0));
    }

    [SkippableFact]
    public async Task Every_exception_is_understood_and_costs_no_repetition()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options());
        var scan = new ModbusScan(driver, "holding:10");
        for (var code = 1; code < 256; code = code < 16 ? code + 1 : code * 2)
        {
            peer.Script = request => peer.Send(RtuDevice.Frame(request.Unit, (byte)(request.Function | 0x80), (byte)code));
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Matches("^BAD_(ADDRESS|DEVICE) [a-z]", scan.Fault(0));
            Assert.Single(peer.Arrived());
        }
    }

    /// <summary>20 % of the replies come after the next request, 5 % twice, 5 % behind one of another unit.</summary>
    [SkippableFact]
    public async Task Late_duplicate_and_foreign_replies_are_never_values()
    {
        await using var peer = await SerialPeer.StartAsync();
        var driver = await peer.ConnectAsync(peer.Options(retries: 1, replySeconds: 0.25));
        var scan = new ModbusScan(driver, "holding:10");
        var random = new Random(7);
        var sent = 0;
        byte[]? late = null;
        peer.Script = request =>
        {
            // The value is the number of the request, so that an older reply is recognized.
            sent++;
            byte[] data = [.. Enumerable.Range(0, request.Count).SelectMany(_ => new[] { (byte)(sent >> 8), (byte)sent })];
            var reply = RtuDevice.Frame([request.Unit, request.Function, (byte)data.Length, .. data]);
            if (late is not null) peer.Send(late);
            late = null;
            switch (random.Next(100))
            {
                case < 20:
                    late = reply;
                    break;
                case < 25:
                    peer.Send(reply, reply);
                    break;
                case < 30:
                    peer.Send(RtuDevice.Frame([9, request.Function, (byte)data.Length, .. data]), reply);
                    break;
                default:
                    peer.Send(reply);
                    break;
            }
        };
        var good = 0;
        for (var i = 0; i < 60; i++)
        {
            if (await scan.ReadInTurnAsync(driver) is not null) continue;
            good++;
            Assert.Equal((i, sent), (i, (int)scan[0].Int));
        }

        Assert.True(good > 40, $"{good} of 60 scans were good");
    }

    [SkippableFact]
    public async Task A_line_that_is_never_silent_ends_each_request_in_time()
    {
        await using var peer = await SerialPeer.StartAsync();
        using var noise = new CancellationTokenSource();
        var driver = await peer.ConnectAsync(peer.Options(retries: 1, replySeconds: 0.4));
        var scan = new ModbusScan(driver, "holding:10");
        Assert.Null(await scan.ReadInTurnAsync(driver));
        peer.Script = _ => { };
        var random = new Random(11);
        var sending = new Thread(() =>
        {
            var bytes = new byte[64];
            while (!noise.IsCancellationRequested)
            {
                random.NextBytes(bytes);
                peer.Send(bytes);
            }
        });
        sending.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var i = 0; i < 3; i++)
            Assert.IsType<TimeoutException>(await scan.ReadInTurnAsync(driver, limit.Token));
        await noise.CancelAsync();
        sending.Join();
        peer.Script = peer.Answer;
        for (var i = 0; i < 3 && await scan.ReadInTurnAsync(driver, limit.Token) is not null; i++)
        {
        }

        Assert.Equal((10, 1), (scan[0].Int, scan.Good));
    }

    [SkippableFact]
    public async Task An_echo_is_dropped_with_the_option_and_named_without_it()
    {
        await using var peer = await SerialPeer.StartAsync();
        peer.Script = request => peer.Send(Echo(request), SerialPeer.Reply(request));
        foreach (var echo in (bool[])[true, false])
        {
            var driver = await peer.ConnectAsync(peer.Options(echo: echo));
            var scan = new ModbusScan(driver, "holding:10");
            Assert.Null(await scan.ReadInTurnAsync(driver));
            Assert.Equal(10, scan[0].Int);
            Assert.Equal(echo, peer.Log.Warnings.Count == 0);
            await driver.DisposeAsync();
        }

        // The echo of a write equals its reply.
        peer.Script = request => peer.Send(Echo(request));
        var careful = await peer.ConnectAsync(peer.Options(echo: true, replySeconds: 0.1));
        Assert.IsType<IOException>(await careful.WriteInTurnAsync("holding:7", 5));
        var silent = new ModbusScan(careful, "holding:10");
        Assert.Equal("no answer in time", (await silent.ReadInTurnAsync(careful))!.Message);
        await careful.DisposeAsync();
        var unaware = await peer.ConnectAsync(peer.Options(retries: 0, replySeconds: 0.4));
        var scanned = new ModbusScan(unaware, "holding:10");
        Assert.Contains("echo = true", (await scanned.ReadInTurnAsync(unaware))!.Message, StringComparison.Ordinal);

        static byte[] Echo(DeviceRequest request) => RtuDevice.Frame([request.Unit, .. Convert.FromHexString(
            request.Pdu.Replace(" ", "", StringComparison.Ordinal))]);
    }
}
