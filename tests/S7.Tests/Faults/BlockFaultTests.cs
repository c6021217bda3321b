using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>Blocks of a CPU that does not stand still, or does not answer as it should.</summary>
public class BlockFaultTests
{
    [Fact]
    public async Task A_block_that_never_stands_still_is_given_up_after_a_bounded_number_of_readings()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 4);
        byte now = 0;
        rig.Cpu.Script = (request, line) => line.Send(request.Answer(Held(request, now++)));
        var image = new byte[600];

        var block = rig.Driver.PrepareBlock("DB1", 600);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => block.ReadAsync(image, default).AsTask());

        Assert.Equal("no two of 16 readings agree: the block changes faster than it can be read", refused.Message);
        Assert.Equal(16 * 3, rig.Cpu.Arrived().Count);
        Assert.All(image, value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task A_block_that_changes_between_its_parts_is_never_given_in_part()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 4);
        // Three requests a reading: the block changes in the middle of the second one.
        var requests = 0;
        rig.Cpu.Script = (request, line) => line.Send(request.Answer(Held(request, ++requests < 5 ? (byte)1 : (byte)2)));
        var image = new byte[600];
        var block = rig.Driver.PrepareBlock("DB1", 600);

        await block.ReadAsync(image, CancellationToken.None);

        Assert.All(image, value => Assert.Equal(2, value));
        Assert.Equal(4 * 3, requests);
    }

    [Theory]
    [InlineData("short", "bytes 0 to 13: item with another length than was asked")]
    [InlineData("refused", "bytes 0 to 13: access denied (03)")]
    [InlineData("two items", "bytes 0 to 13: answer with another item count than was asked")]
    public async Task An_answer_that_is_none_gives_nothing(string what, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.Script = (request, line) => line.Send(what switch
        {
            "short" => request.Answer([0xFF, 4, 0, 104, .. new byte[13]]),
            "refused" => request.Good(_ => 3),
            _ => request.Answer(request.Items[0].Good(), request.Items[0].Good()),
        });
        var image = new byte[14];
        image.AsSpan().Fill(0xEE);
        var block = rig.Driver.PrepareBlock("DB1", 14);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => block.ReadAsync(image, default).AsTask());

        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
        Assert.All(image, value => Assert.Equal(0xEE, value));
        rig.Cpu.Script = (request, line) => line.SendInSlices(request.Good());
        await block.ReadAsync(image, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 14).Select(at => CpuItem.Held(1, at)), image);
        Assert.Equal(1, rig.Cpu.Connections);
    }

    [Theory]
    [InlineData("DB0", 14, "column 3: '0' is not the number of a data block")]
    [InlineData("DB1.DBX4.0", 1, "column 5: a block begins at a byte: DBB4, not DBX")]
    [InlineData("MW4", 2, "column 1: a block begins at a byte: MB4, not MW")]
    [InlineData("T4", 2, "column 1: expected DB500, DB500.DBB4, M")]
    [InlineData("DB1.DBB4:INT", 2, "column 9: nothing more was expected here")]
    [InlineData("", 2, "column 1: expected DB500")]
    [InlineData("DB1", 0, "a block of 0 bytes from 'DB1' on: 1 to 65536 bytes are possible")]
    [InlineData("IB65535", 2, "a block of 2 bytes from 'IB65535' on: 1 to 1 bytes are possible")]
    public void A_wrong_block_is_refused(string address, int bytes, string expected)
    {
        var wrong = Assert.Throws<FormatException>(() => S7BlockParser.Parse(address, bytes));
        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db500", "DataBlock 500 0")]
    [InlineData("%DB7.DBB12", "DataBlock 7 12")]
    [InlineData("E", "Input 0 0")]
    [InlineData("AB4", "Output 0 4")]
    [InlineData("VB4", "DataBlock 1 4")]
    public void A_block_is_understood(string address, string expected)
    {
        var block = S7BlockParser.Parse(address, 20);
        Assert.Equal((expected, 20), ($"{block.Area} {block.Block} {block.Offset}", block.Bytes));
    }

    [Fact]
    public async Task Inputs_are_read_but_not_written()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var block = rig.Driver.PrepareBlock("IB0", 4);
        await block.ReadAsync(new byte[4], CancellationToken.None);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => block.WriteAsync(0, new byte[4], default).AsTask());
        Assert.StartsWith("inputs are not written", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Held(CpuRequest request, byte value) =>
        [0xFF, 4, (byte)(request.Items[0].Bytes >> 5), (byte)(request.Items[0].Bytes << 3),
            .. Enumerable.Repeat(value, request.Items[0].Bytes)];
}
