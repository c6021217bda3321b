using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>Connections that do not come about, break, or fall silent.</summary>
public class ConnectionTests
{
    [Theory]
    [InlineData("03 00 00 0B 06 80 00 01 00 02 03",
        "the device refuses the connection: address unknown: there is no such TSAP; check rack, slot or TSAPs")]
    [InlineData("03 00 00 0B 06 80 00 01 00 02 01",
        "the device refuses the connection: congestion at the TSAP: no free connection; check rack, slot or TSAPs")]
    [InlineData("03 00 00 07 02 F0 80", "the answer to the connection request is no connection confirm: 03 00 00 07 02 F0 80")]
    [InlineData("48 54 54 50", "bytes that begin no ISO-on-TCP packet, expected 03 first: 48 54 54 50")]
    [InlineData("03 00 00 05", "a packet that says it has 5 bytes, expected 7 to 967: 03 00 00 05")]
    [InlineData("03 00 FF FF", "a packet that says it has 65535 bytes, expected 7 to 967: 03 00 FF FF")]
    public async Task A_refused_connection_says_why(string answer, string expected)
    {
        using var cpu = new ScriptedCpu { Connect = line => line.Send(ScriptedCpu.Hex(answer)) };
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = cpu.Port });
        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => driver.ConnectAsync(CancellationToken.None).AsTask());
        Assert.Equal(expected, refused.Message);
    }

    [Fact]
    public async Task A_connection_closed_instead_of_confirmed_names_rack_and_slot()
    {
        using var cpu = new ScriptedCpu { Connect = line => line.Close() };
        await using var driver = new S7Driver(
            new S7Options { Host = "127.0.0.1", Port = cpu.Port, Slot = 2, ConnectionType = ConnectionType.Op });
        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => driver.ConnectAsync(CancellationToken.None).AsTask());
        Assert.StartsWith("the far end closed the connection instead of confirming it: check rack, slot or TSAPs",
            refused.Message, StringComparison.Ordinal);
        Assert.Equal([2, 2], cpu.ConnectRequest[^2..]);
    }

    [Fact]
    public async Task A_pdu_that_is_too_small_is_refused()
    {
        using var cpu = new ScriptedCpu { PduSize = 63 };
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = cpu.Port });
        var refused = await Assert.ThrowsAsync<NotConnectedException>(() => driver.ConnectAsync(CancellationToken.None).AsTask());
        Assert.Equal("the CPU grants PDUs of 63 bytes, expected 64 to the 960 asked for", refused.Message);
    }

    [Fact]
    public async Task The_plan_is_made_again_when_another_pdu_size_is_granted()
    {
        await using var rig = await S7Fixture.ConnectAsync(pduSize: 960);
        var scan = new S7Scan(rig.Driver, [.. Enumerable.Range(0, 400).Select(n => $"DB1.DBW{2 * n}")]);
        foreach (var (size, jobs) in ((int, int)[])[(960, 1), (240, 4), (241, 4), (479, 2), (64, 18)])
        {
            rig.Cpu.PduSize = size;
            await rig.Driver.ConnectAsync(CancellationToken.None);
            await scan.ReadAsync();
            Assert.Equal((400, jobs), (scan.Good, scan.Plan.Steady.Jobs.Length));
            Assert.All(Enumerable.Range(0, 400), n =>
                Assert.Equal(CpuItem.Held(1, 2 * n) << 8 | CpuItem.Held(1, (2 * n) + 1), scan[n].Int));
            Assert.All(rig.Cpu.Arrived(),
                request => Assert.True(request.Good().Length - 7 <= size && 12 + (12 * request.Items.Length) <= size));
        }
    }

    [Fact]
    public async Task Every_odd_pdu_size_reads_the_same()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var scan = new S7Scan(rig.Driver, [.. Enumerable.Range(0, 30).Select(n => $"DB{1 + (n % 5)}.DBB{n * 11}"),
            "DB1.DBD300", "MB7", "T4:WORD"]);
        for (var size = 65; size <= 299; size += 2)
        {
            rig.Cpu.PduSize = size;
            await rig.Driver.ConnectAsync(CancellationToken.None);
            await scan.ReadAsync();
            Assert.True(scan.Good == 33, $"PDU of {size} bytes: {scan.Good} good");
            Assert.All(Enumerable.Range(0, 30), n => Assert.Equal(CpuItem.Held(1 + (n % 5), n * 11), scan[n].Int));
            Assert.All(rig.Cpu.Arrived(),
                request => Assert.True(request.Good().Length - 7 <= size, $"PDU of {size} bytes: {request.Good().Length - 7}"));
        }
    }

    [Fact]
    public async Task A_cpu_that_stops_answering_fails_the_scan_and_then_the_connection()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        rig.Cpu.Script = (_, _) => { };

        Assert.IsType<OperationCanceledException>(await rig.ReadUntilOutOfTimeAsync(scan, requests: 1), exactMatch: false);
        var gone = Assert.IsType<NotConnectedException>(await rig.ReadUntilOutOfTimeAsync(scan, requests: 1));

        Assert.Equal("no answer to anything twice in a row", gone.Message);
        await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        rig.Cpu.Script = (request, line) => line.Send(request.Good());
        await rig.Driver.ConnectAsync(CancellationToken.None);
        await scan.ReadAsync();
        Assert.Equal(1, scan.Good);
    }

    [Fact]
    public async Task What_was_answered_in_time_is_good()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 4);
        rig.Cpu.Script = (request, line) =>
        {
            if (request.Items.All(item => item.Block != 1)) line.Send(request.Good());
        };
        var scan = new S7Scan(rig.Driver, [.. Enumerable.Range(1, 60).Select(n => $"DB{n}.DBB0")]);

        Assert.Null(await rig.ReadUntilOutOfTimeAsync(scan, requests: 4, replies: 3));

        Assert.Equal("BAD_COMM no answer in time", scan.Fault(0));
        Assert.InRange(scan.Good, 40, 59);
    }

    [Theory]
    [InlineData("03 00 00 0B 06 80 00 01 00 02 80", "the device ended the connection: normal disconnect")]
    [InlineData("03 00 00 08 02 F0 80 72", "a PDU of another protocol than S7: 03 00 00 08 02 F0 80 72")]
    [InlineData("03 00 00 08 02 F0 00 32", "a PDU in more than one piece, though it fits into one: 03 00 00 08 02 F0 00 32")]
    [InlineData("03 00 00 08 02 70 80 32", "a packet without data: 03 00 00 08 02 70 80 32")]
    public async Task Packets_that_cannot_be_end_the_connection(string packet, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (_, line) => line.Send(ScriptedCpu.Hex(packet));
        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        Assert.Equal(expected, lost.Message);
    }

    [Fact]
    public async Task Half_an_answer_and_then_the_end()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) =>
        {
            line.Send(request.Good()[..9]);
            line.Close();
        };
        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        var lost = await Assert.ThrowsAsync<NotConnectedException>(() => scan.ReadAsync().AsTask());
        Assert.StartsWith("the far end closed the connection in the middle of a frame, after: 03 00",
            lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signs_of_life_and_messages_of_the_cpu_are_no_answers()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) => line.Send(
            ScriptedCpu.Hex("03 00 00 07 02 F0 80"), ScriptedCpu.Hex("03 00 00 11 02 F0 80 32 07 00 00 00 02 00 00 00 00"), request.Good());
        var scan = new S7Scan(rig.Driver, "DB1.DBB1");
        await scan.ReadAsync();
        Assert.Equal(CpuItem.Held(1, 1), scan[0].Int);
    }
}
