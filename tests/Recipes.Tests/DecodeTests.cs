using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class DecodeTests
{
    // By hand, from the formats of IEC 61131-3 and IEEE 754: most significant byte first.
    public static TheoryData<string, DataType, int, object> Values => new()
    {
        { "05", DataType.Bool, 2, true }, { "05", DataType.Bool, 1, false },
        { "FF", DataType.SInt, 0, -1L }, { "FF", DataType.USInt, 0, 255L },
        { "8000", DataType.Int, 0, -32768L }, { "8000", DataType.UInt, 0, 32768L },
        { "FFFFFFFE", DataType.DInt, 0, -2L }, { "FFFFFFFE", DataType.UDInt, 0, 4294967294L },
        { "FFFFFFFFFFFFFFFD", DataType.LInt, 0, -3L }, { "FFFFFFFFFFFFFFFD", DataType.ULInt, 0, 18446744073709551613UL },
        { "41480000", DataType.Real, 0, 12.5f }, { "C029000000000000", DataType.LReal, 0, -12.5 },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Bytes_become_a_value(string hex, DataType type, int bit, object expected)
    {
        var value = new BlockTag("x", 3, type, bit).ValueIn(Convert.FromHexString($"EEEEEE{hex}EE"));
        Assert.Equal(expected switch { bool b => Value.Of(b), long l => Value.Of(l), ulong u => Value.Of(u), float f => Value.Of(f),
            var d => Value.Of((double)d) }, value);
    }

    [Fact]
    public void What_lies_outside_the_block_is_reported_by_name()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Block("DB1", bytes: 14)
                .Decode(1.Seconds, new("a", 11, DataType.Real), new("b", -1, DataType.Int), new("c", 0, DataType.Bool, 8)).To(b.Sink);
            b.Line.Block("X1").Decode(TimeSpan.Zero, new("d", 0, DataType.Int), new("d", 0, DataType.Int));
            b.Line.Block("X2", bytes: 2).Decode(1.Seconds).To(b.Sink);
        });
        Assert.Equal(
            [
                "a: Real at 11 is not within the block's 14 bytes", "b: Int at -1 is not within the block's 14 bytes",
                "c: a Bool is bit 0 to 7 of its byte, and no other type has a bit",
                "Decode needs the length of the block, for instance Block(\"X1\", bytes: 14)",
                "a block is read at most every millisecond, for instance every 1.Seconds, not every 00:00:00",
                "two tags of this block are called \"d\"",
                "line: bad address of 2 bytes", "Decode needs a tag, for instance new(\"AI_Corrente\", 2, DataType.Real)",
                "this flow has no output: end it with .To(Sinks…)",
            ],
            fixture.Problems);
    }
}
