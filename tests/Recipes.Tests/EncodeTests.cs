using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class EncodeTests
{
    [Theory]
    [MemberData(nameof(DecodeTests.Values), MemberType = typeof(DecodeTests))]
    public void A_value_becomes_the_bytes_that_it_was_decoded_from(string hex, DataType type, int bit, object expected)
    {
        _ = expected;
        var tag = new BlockTag("x", 1, type, bit);
        var image = Convert.FromHexString($"EE{hex}EE");
        var value = tag.ValueIn(image);
        var other = Convert.FromHexString($"EE{(type == DataType.Bool ? hex : new string('0', hex.Length))}EE");
        Assert.True(tag.TryPut(value, other));
        Assert.Equal(image, other);
    }

    [Theory]
    [InlineData(DataType.USInt, 255, true), InlineData(DataType.USInt, 256, false), InlineData(DataType.USInt, -1, false)]
    [InlineData(DataType.SInt, -128, true), InlineData(DataType.SInt, -129, false), InlineData(DataType.SInt, 128, false)]
    [InlineData(DataType.Int, 7.0, true), InlineData(DataType.Int, 7.5, false), InlineData(DataType.Int, double.NaN, false),
        InlineData(DataType.Int, 1e300, false)]
    [InlineData(DataType.ULInt, 18446744073709549568.0, true), InlineData(DataType.ULInt, 18446744073709551616.0, false),
        InlineData(DataType.LInt, 1e19, false)]
    [InlineData(DataType.Real, 1e38, true), InlineData(DataType.Real, 1e39, false), InlineData(DataType.Real, true, false)]
    [InlineData(DataType.Int, "7", false), InlineData(DataType.Bool, "true", false), InlineData(DataType.Bool, 1, true),
        InlineData(DataType.Bool, 2, false), InlineData(DataType.Int, true, true)]
    public void What_a_type_cannot_hold_is_not_put(DataType type, object value, bool fits)
    {
        var given = value switch { int i => Value.Of((long)i), double d => Value.Of(d), bool b => Value.Of(b), var text =>
            Value.Of((string)text) };
        var image = new byte[8];
        Assert.Equal(fits, new BlockTag("x", 0, type).TryPut(given, image));
        if (!fits) Assert.Equal(new byte[8], image);
    }

    [Fact]
    public void A_scan_becomes_an_image_of_all_its_tags_or_none()
    {
        var fixture = new PlanFixture(b => b.Line.Scans.Only("speed", "running", "valve_1").OnChange("valve_1")
            .EncodeTo(b.Tank.Block("DB6", bytes: 8), new("running", 0, DataType.Bool, bit: 1), new("speed", 4, DataType.Int)));
        Assert.Equal([(0, 1), (4, 2)], Assert.Single(fixture.Plan.Images).Runs);
        fixture.Scan(1204, running: true).Advance(1.Seconds).Scan(-2, running: false).Scan(null).Scan(40000).Scan(1.5);
        Assert.Equal(
            [
                "image 0200000004B40000 of 0 s", "image 00000000FFFE0000 of 1 s", "no image: speed has no good value",
                "no image: speed has a value that its type cannot hold", "no image: speed has a value that its type cannot hold",
            ],
            fixture.Take());
        Assert.Empty(fixture.Problems);
    }

    [Fact]
    public void Every_mistake_is_reported_by_name()
    {
        var fixture = new PlanFixture(b =>
        {
            b.Line.Scans.EncodeTo(b.Tank.Block("DB1"), new BlockTag("speed", 0, DataType.Int));
            b.Line.Scans.EncodeTo(b.Line.Block("DB2", bytes: 8), new("speed", 0, DataType.Int), new("temp", 1, DataType.Real),
                new("running", 8, DataType.Bool));
            b.Line.Scans.Merge(b.Tank.Scans)
                .EncodeTo(b.Tank.Block("DB3", bytes: 8), new("speed", 0, DataType.Int), new("temp", 4, DataType.Real));
            b.Line.Block("DB9", bytes: 8).MirrorTo(b.Tank.Block("DB3"), every: 1.Seconds);
            b.Line.Scans.EncodeTo(b.Tank.Block("DB4", bytes: 2), new("running", 0, DataType.Bool, bit: 1),
                new("valve_1", 0, DataType.Bool, bit: 1));
        });
        Assert.Equal(
            [
                ("EncodeTo needs the length of the block, for instance Block(\"DB1\", bytes: 14)", "DB1"),
                ("line may not be written", "DB2"),
                ("running: Bool at 8 is not within the block's 8 bytes", "running"),
                ("temp overlaps speed: one of the two would be lost", "temp"),
                ("no tag \"speed\" in device tank; device line has it", "speed"),
                ("another EncodeTo already writes tank DB3", "DB3"),
                ("valve_1 overlaps running: one of the two would be lost", "valve_1"),
            ],
            fixture.Builder.Problems.Select(p => (p.Message, p.Word)));
    }
}
