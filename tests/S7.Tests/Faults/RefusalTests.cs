using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>A CPU that refuses some of what is asked for.</summary>
public class RefusalTests
{
    [Fact]
    public async Task One_tag_in_a_hundred_is_named_in_the_same_scan_and_apart_from_then_on()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        // As a CPU does that hides a few bytes: any item that touches them is refused whole.
        rig.Cpu.Script = (request, line) => line.Send(request.Good(item => item.Covers(100) ? (byte)3 : (byte)0));
        var scan = new S7Scan(rig.Driver, [.. Enumerable.Range(0, 100).Select(n => $"DB1.DBW{2 * n}")]);
        Assert.Single(scan.Plan.Steady.Jobs);

        for (var i = 0; i < 4; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(99, scan.Good);
            Assert.StartsWith("BAD_ADDRESS access denied (03): in TIA Portal switch off 'optimized block access'",
                scan.Fault(50), StringComparison.Ordinal);
        }

        // One request for all at once, six for each alone, then two a scan: the rest, and the refused one.
        Assert.Equal(1 + 6 + (3 * 2), rig.Cpu.Arrived().Count);
        Assert.Equal(1, rig.Cpu.Connections);
    }

    [Fact]
    public async Task A_block_that_comes_back_is_read_again_as_before()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var isThere = false;
        rig.Cpu.Script = (request, line) => line.Send(request.Good(item => item.Block == 5 && !isThere ? (byte)0x0A : (byte)0));
        var scan = new S7Scan(rig.Driver, ["DB1.DBW0", .. Enumerable.Range(0, 50).Select(n => $"DB5.DBW{2 * n}")]);
        for (var i = 0; i < 3; i++) await scan.ReadAsync();
        Assert.Equal(1, scan.Good);

        isThere = true;
        for (var i = 0; i < 3; i++) await scan.ReadAsync();

        Assert.Equal((51, 1), (scan.Good, scan.Plan.Steady.Jobs.Length));
    }

    [Fact]
    public async Task Tags_that_are_refused_only_together_stay_alone()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) => line.Send(request.Good(item => item.Bytes > 2 ? (byte)7 : (byte)0));
        var scan = new S7Scan(rig.Driver, "DB1.DBW0", "DB1.DBW2", "DB1.DBW4");
        for (var i = 0; i < 3; i++)
        {
            await scan.ReadAsync();
            Assert.Equal(3, scan.Good);
        }

        Assert.Equal(2 + 1 + 1, rig.Cpu.Arrived().Count);
    }

    [Fact]
    public async Task A_text_longer_than_a_pdu_is_read_in_pieces()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        // A STRING[254] of 240 letters from byte 0 on.
        static byte Held(int at) => at switch { 0 => 254, 1 => 240, _ => (byte)('a' + (at % 26)) };
        static byte[] Piece(CpuItem item) =>
            [0xFF, 4, (byte)(item.Bytes >> 5), (byte)(item.Bytes << 3), .. Enumerable.Range(item.Start, item.Bytes).Select(Held)];
        rig.Cpu.Script = (request, line) => line.Send(request.Answer([.. request.Items.Select(Piece)]));
        var scan = new S7Scan(rig.Driver, "DB1.DBB0:STRING", "DB1.DBB2:CHAR");

        for (var i = 0; i < 2; i++) await scan.ReadAsync();

        Assert.Equal((string.Concat(Enumerable.Range(2, 240).Select(at => (char)('a' + (at % 26)))), "c"), (scan[0].Text, scan[1].Text));
    }
}
