using PlantRuntime.Contracts;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests.Faults;

/// <summary>Tests correct and incorrect replies to writes.</summary>
public class WriteAnswerTests
{
    [Theory]
    [InlineData(0x01, "hardware error (01)")]
    [InlineData(0x03, "access denied (03): in TIA Portal")]
    [InlineData(0x05, "address out of range (05)")]
    [InlineData(0x06, "data type not supported (06)")]
    [InlineData(0x07, "data type inconsistent (07)")]
    [InlineData(0x0A, "object does not exist (0A)")]
    [InlineData(0x00, "unknown return code (00)")]
    [InlineData(0x63, "unknown return code (63)")]
    public async Task A_refusal_is_named_and_the_connection_stays(byte code, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]);
        var block = rig.Driver.PrepareBlock("DB1", 14);
        rig.Cpu.WriteScript = (write, line) => line.Send(write.Ack(code));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, 1, default).AsTask());
        var alike = await Assert.ThrowsAsync<RefusedException>(() => block.WriteAsync(2, new byte[4], default).AsTask());

        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith($"bytes 2 to 5: {expected}", alike.Message, StringComparison.Ordinal);
        Assert.EndsWith("; nothing was written", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("; nothing was written", alike.Message, StringComparison.Ordinal);
        rig.Cpu.WriteScript = (write, line) => line.SendInSlices(write.Ack(0xFF));
        await writer.WriteAsync(0, 1, CancellationToken.None);
        await block.WriteAsync(2, new byte[4], CancellationToken.None);
        Assert.Equal(1, rig.Cpu.Connections);
    }

    [Theory]
    [InlineData("two codes", "answer with another item count than was asked")]
    [InlineData("no code", "answer with another item count than was asked")]
    [InlineData("count only", "answer with another item count than was asked")]
    [InlineData("read", "answer to another function than was asked")]
    [InlineData("no data", "answer to another function than was asked")]
    [InlineData("length", "answer whose lengths do not fit its bytes")]
    public async Task An_answer_that_is_none_leaves_the_outcome_unknown_and_the_connection_open(string what, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.WriteScript = (write, line) => line.Send(Wrong(write, what));
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]);
        var unknown = await Assert.ThrowsAsync<IOException>(() => writer.WriteAsync(0, 1, default).AsTask());
        Assert.Equal($"{expected}: whether the value was written is unknown", unknown.Message);

        var block = rig.Driver.PrepareBlock("DB1", 14);
        unknown = await Assert.ThrowsAsync<IOException>(() => block.WriteAsync(0, new byte[14], default).AsTask());
        Assert.Equal($"{expected}: whether the bytes were written is unknown", unknown.Message);

        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        await scan.ReadAsync();
        rig.Cpu.WriteScript = (write, line) => line.Send(write.Ack(0xFF));
        await writer.WriteAsync(0, 1, CancellationToken.None);
        Assert.Equal((1, 1), (scan.Good, rig.Cpu.Connections));
    }

    [Theory]
    [InlineData(0x81, 0x04, "function not available: in TIA Portal")]
    [InlineData(0x85, 0x00, "wrong PDU size (8500)")]
    [InlineData(0xD2, 0x41, "protection level error")]
    public async Task An_error_of_the_whole_job_is_named(byte errorClass, byte code, string expected)
    {
        await using var rig = await S7Fixture.ConnectAsync();
        rig.Cpu.WriteScript = (write, line) => line.Send(new CpuRequest(write.Reference, []).Error(errorClass, code));
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, 1, default).AsTask());
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_to_another_job_is_not_taken_for_this_ones()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        CpuWrite? foreign = null;
        rig.Cpu.WriteScript = (write, line) =>
        {
            foreign = write with { Reference = (ushort)(write.Reference + 100) };
            line.Send(foreign.Ack(0xFF), write.Ack(0x05), write.Ack(0xFF));
        };
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]);

        await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, 1, default).AsTask());
        await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, 1, default).AsTask());

        Assert.Equal(2, rig.Driver.Loop.Requests.ForeignCount);
        Assert.InRange(rig.Driver.Loop.Requests.DuplicateCount, 1, 2);
    }

    [Fact]
    public async Task A_late_answer_does_not_confirm_the_next_write()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]);
        using var cancel = new CancellationTokenSource();
        CpuWrite? late = null;
        rig.Cpu.WriteScript = (write, _) =>
        {
            late = write;
            cancel.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync(0, 1, cancel.Token).AsTask());

        rig.Cpu.WriteScript = (write, line) => line.Send(late!.Ack(0xFF), write.Ack(0x05));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => writer.WriteAsync(0, 2, default).AsTask());

        Assert.StartsWith("address out of range (05)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, rig.Driver.Loop.Requests.LateCount);
    }

    [Fact]
    public async Task Writes_that_are_never_confirmed_do_not_end_the_connection()
    {
        await using var rig = await S7Fixture.ConnectAsync();
        var writer = rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]);
        for (var i = 0; i < 3; i++)
        {
            using var cancel = new CancellationTokenSource();
            rig.Cpu.WriteScript = (_, _) => cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync(0, 1, cancel.Token).AsTask());
        }

        var scan = new S7Scan(rig.Driver, "DB1.DBW0");
        await scan.ReadAsync();
        Assert.Equal((1, 1), (scan.Good, rig.Cpu.Connections));
    }

    [Fact]
    public async Task A_write_without_an_answer_is_not_sent_again()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 2);
        var writes = 0;
        using var cancel = new CancellationTokenSource();
        // Half of a block is answered, then the host's time is over.
        rig.Cpu.WriteScript = (write, line) =>
        {
            if (writes++ < 2) line.Send(write.Ack(0xFF));
            else if (writes == 4) cancel.Cancel();
        };
        var block = rig.Driver.PrepareBlock("DB1", 2000);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => block.WriteAsync(0, new byte[2000], cancel.Token).AsTask());

        rig.Cpu.WriteScript = (write, line) => line.Send(write.Ack(0xFF));
        await rig.Driver.PrepareWrites([new TagDefinition("t", "DB1.DBW0")]).WriteAsync(0, 1, CancellationToken.None);
        Assert.Equal((4, 1), (writes, rig.Cpu.Connections));
    }

    [Fact]
    public async Task After_a_refused_part_of_a_block_no_further_one_is_sent()
    {
        await using var rig = await S7Fixture.ConnectAsync(jobs: 2);
        var places = new List<int>();
        rig.Cpu.WriteScript = (write, line) =>
        {
            places.Add(write.Bits / 8);
            line.Send(write.Ack(write.Bits / 8 == 212 ? (byte)5 : (byte)0xFF));
        };

        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => rig.Driver.PrepareBlock("DB1", 2000).WriteAsync(0, new byte[2000], default).AsTask());

        Assert.StartsWith("bytes 212 to 423: address out of range (05)", refused.Message, StringComparison.Ordinal);
        Assert.InRange(places.Count, 2, 3);
        Assert.Equal([0, 212], places[..2]);
    }

    private static byte[] Wrong(CpuWrite write, string what)
    {
        var ack = write.Ack(0xFF);
        switch (what)
        {
            case "two codes": return write.Ack(0xFF, 0xFF);
            case "no code": return write.Ack();
            case "count only": ack[20] = 2; return ack;
            case "read": ack[19] = 4; return ack;
            case "no data": ack[8] = 2; return ack;
            default: ack[16] = 9; return ack;
        }
    }
}
