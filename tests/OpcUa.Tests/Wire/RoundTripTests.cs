using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.OpcUa.Tests.Wire;

/// <summary>Written values are read back equal, for random values of every type; CsCheck prints the seed of a failure.</summary>
public class RoundTripTests
{
    private static readonly Gen<NodeId> s_nodes = Gen.OneOf(
        Gen.Select(Gen.UInt, Gen.UShort, (id, ns) => new NodeId(id, ns)),
        Gen.Select(Gen.String, Gen.UShort, (id, ns) => new NodeId(Valid(id), ns)),
        Gen.Select(Gen.Guid, Gen.UShort, (id, ns) => new NodeId(id, ns)),
        Gen.Select(Gen.Byte.Array[0, 20], Gen.UShort, (id, ns) => new NodeId(id, ns)));

    private static readonly Gen<DateTime> s_times =
        Gen.Long[UaTime.FromWire(1).Ticks, new DateTime(9999, 12, 31, 23, 59, 58, DateTimeKind.Utc).Ticks].Select(ticks
            => new DateTime(ticks, DateTimeKind.Utc));

    private static readonly Gen<Variant> s_scalars = Gen.OneOf(
        Gen.Bool.Select(Variant.From), Gen.Float.Select(Variant.From), Gen.Double.Select(Variant.From),
        Gen.String.Select(text => Variant.From(Valid(text))), s_times.Select(Variant.From),
            Gen.UInt.Select(code => Variant.From(new StatusCode(code))),
        Gen.SByte.Select(n => Variant.Integer(BuiltInType.SByte, n)), Gen.Byte.Select(n => Variant.Integer(BuiltInType.Byte, n)),
        Gen.Short.Select(n => Variant.Integer(BuiltInType.Int16, n)), Gen.UShort.Select(n => Variant.Integer(BuiltInType.UInt16, n)),
        Gen.Int.Select(n => Variant.Integer(BuiltInType.Int32, n)), Gen.UInt.Select(n => Variant.Integer(BuiltInType.UInt32, n)),
        Gen.Long.Select(n => Variant.Integer(BuiltInType.Int64, n)), Gen.ULong.Select(n => Variant.Integer(BuiltInType.UInt64, (long)n)),
        Gen.Guid.Select(g => Variant.Object(BuiltInType.Guid, g)),
            Gen.Byte.Array[0, 50].Select(b => Variant.Object(BuiltInType.ByteString, b)),
        s_nodes.Select(n => Variant.Object(BuiltInType.NodeId, n)),
        Gen.Select(s_nodes, Gen.UInt, (n, s)
            => Variant.Object(BuiltInType.ExpandedNodeId, new ExpandedNodeId(n, s % 2 == 0 ? null : "urn:x", s))),
        Gen.Select(Gen.UShort, Gen.String, (n, s) => Variant.Object(BuiltInType.QualifiedName, new QualifiedName(n, Valid(s)))),
        Gen.String.Select(s => Variant.Object(BuiltInType.LocalizedText, new LocalizedText(null, Valid(s)))),
        Gen.Select(s_nodes, Gen.Byte.Array[0, 30], (n, b)
            => Variant.Object(BuiltInType.ExtensionObject, new ExtensionObject(new ExpandedNodeId(n), BodyEncoding.Binary, b))));

    private static readonly Gen<Variant> s_arrays = Gen.OneOf(
        Gen.Bool.Array.Select(a => Variant.Array(BuiltInType.Boolean, a)), Gen.Byte.Array.Select(a => Variant.Array(BuiltInType.Byte, a)),
        Gen.Short.Array.Select(a => Variant.Array(BuiltInType.Int16, a)), Gen.ULong.Array.Select(a => Variant.Array(BuiltInType.UInt64, a)),
        Gen.Double.Array.Select(a => Variant.Array(BuiltInType.Double, a)),
            Gen.String.Array.Select(a => Variant.Array(BuiltInType.String, a.Select(Valid).ToArray())),
        s_times.Array.Select(a => Variant.Array(BuiltInType.DateTime, a)), s_nodes.Array.Select(a => Variant.Array(BuiltInType.NodeId, a)),
        s_scalars.Array.Select(a => Variant.Array(BuiltInType.Variant, a)),
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], (x, y) => Variant.Array(BuiltInType.Int32, Enumerable.Range(0, x * y).ToArray(), [x, y])));

    [Fact]
    public void Variants() => Gen.OneOf(s_scalars, s_arrays).ForAll(value =>
    {
        var hex = GoldenBytesTests.Written(w => w.Variant(value));
        var reader = new UaReader(Convert.FromHexString(hex));
        var read = reader.Variant();
        Assert.True(reader.AtEnd);
        Assert.Equal(value.Type, read.Type);
        Assert.Equal(value.Bits, read.Bits);
        Assert.Equal(value.Dimensions, read.Dimensions);
        if (value.Type != BuiltInType.ExtensionObject) Assert.Equal(OpcUaValues.ToValue(value), OpcUaValues.ToValue(read));
        Assert.Equal(hex, GoldenBytesTests.Written(w => w.Variant(read)));
    });

    [Fact]
    public void DataValues() => Gen.Select(s_scalars, Gen.UInt, s_times, Gen.Bool).ForAll((value, status, time, hasTime) =>
    {
        var data = new DataValue(value, new StatusCode(status), hasTime ? time : null, hasTime ? null : time);
        var hex = GoldenBytesTests.Written(w => w.DataValue(data));
        var reader = new UaReader(Convert.FromHexString(hex));
        var read = reader.DataValue();
        Assert.True(reader.AtEnd);
        Assert.Equal((data.Status, data.SourceTime, data.ServerTime), (read.Status, read.SourceTime, read.ServerTime));
        Assert.Equal(hex, GoldenBytesTests.Written(w => w.DataValue(read)));
    });

    [Fact]
    public void Node_ids_and_their_text() => s_nodes.ForAll(node =>
    {
        if (node.IsNull || node.Text.Any(char.IsWhiteSpace) || (node.Kind == NodeIdKind.String && node.Text.Length == 0)
            || (node.Kind == NodeIdKind.Opaque && node.Opaque.Length == 0)) return;
        Assert.Equal(node, NodeAddressParser.Find(node.ToString(), out _)!.Node);
    });

    [Fact]
    public void Nesting_ends_at_its_limit()
    {
        var value = Variant.From(1.0);
        for (var depth = 0; depth < 100; depth++) value = Variant.Array(BuiltInType.Variant, new[] { value });
        Assert.Throws<EncodingException>(() => GoldenBytesTests.Written(w => w.Variant(value)));
        byte[] nested = [.. Enumerable.Repeat<byte[]>([0x98, 1, 0, 0, 0], 100).SelectMany(b => b), 1, 1];
        Assert.Throws<DecodingException>(() => new UaReader(nested).Variant());
        byte[] diagnostics = [.. Enumerable.Repeat((byte)0x40, 200), 0];
        Assert.Throws<DecodingException>(() => new UaReader(diagnostics).DiagnosticInfo());
    }

    [Theory]
    [InlineData("0CFFFFFF7F")]
    [InlineData("0CFFFFFF0F41")]
    [InlineData("0FFFFFFF7F")]
    [InlineData("8BFFFFFF7F")]
    [InlineData("98FFFFFF7F")]
    [InlineData("8100000040")]
    [InlineData("C60200000001000000020000000100000003000000")]
    [InlineData("C6020000000100000002000000" + "FFFFFF7F")]
    [InlineData("C60200000001000000020000000200000000000080FFFFFFFF")]
    [InlineData("18")]
    [InlineData("80")]
    [InlineData("1611000000")]
    public void Lengths_that_lie_are_decoding_errors(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var used = AllocationMeter.ThreadBytes(64 << 10, () => Assert.Throws<DecodingException>(() => new UaReader(bytes).Variant()));
        Assert.InRange(used, 0, 64 << 10);
    }

    // .NET strings can hold lone surrogates, UTF-8 cannot.
    private static string Valid(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
