using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.OpcUa.Tests.Wire;

/// <summary>Bytes of the specification's examples and layouts, in both directions.</summary>
public class GoldenBytesTests
{
    [Theory]
    // OPC 10000-6, 5.2.2.9: two-byte, four-byte and string encodings from its figures.
    [InlineData("i=114", "0072")]
    [InlineData("ns=5;i=1025", "01050104")]
    [InlineData("ns=1;s=Hot水", "030100" + "06000000" + "486F74E6B0B4")]
    [InlineData("ns=256;i=5", "020001" + "05000000")]
    [InlineData("i=70000", "020000" + "70110100")]
    [InlineData("ns=1;g=72962b91-fa75-4ae6-8d28-b404dc7daf63", "040100" + "912B967275FAE64A8D28B404DC7DAF63")]
    [InlineData("ns=2;b=AQL/", "050200" + "03000000" + "0102FF")]
    public void NodeIds(string text, string hex)
    {
        var node = NodeAddressParser.Find(text, out _)!.Node;
        Assert.Equal(hex, Written(w => w.NodeId(node)));
        var reader = new UaReader(Convert.FromHexString(hex));
        Assert.Equal(node, reader.NodeId());
        Assert.True(reader.AtEnd);
        Assert.Equal(text, node.ToString());
    }

    [Theory]
    // Boolean, Int32, Double and String with the byte of their type; arrays with bit 7; a matrix with bit 6.
    [InlineData("0101", "Boolean", "TRUE")]
    [InlineData("06FFFFFFFF", "Int32", "-1")]
    [InlineData("0B0000000000000840", "Double", "3")]
    [InlineData("0A0000D0C0", "Float", "-6.5")]
    [InlineData("0C03000000616263", "String", "abc")]
    [InlineData("0CFFFFFFFF", "String", "")]
    [InlineData("8402000000" + "0100FEFF", "Int16", "[1, -2]")]
    [InlineData("C304000000" + "01020304" + "02000000" + "0200000002000000", "Byte", "[[1, 2], [3, 4]]")]
    [InlineData("0D00803ED5DEB19D01", "DateTime", "1970-01-01T00:00:00Z")]
    [InlineData("1300003380", "StatusCode", "BadNodeIdInvalid")]
    [InlineData("150202000000" + "6869", "LocalizedText", "hi")]
    [InlineData("9802000000" + "0101" + "0605000000", "Variant", "[TRUE, 5]")]
    public void Variants(string hex, string type, string text)
    {
        var reader = new UaReader(Convert.FromHexString(hex));
        var value = reader.Variant();
        Assert.True(reader.AtEnd);
        Assert.Equal(type, value.Type.ToString());
        Assert.Equal(text, OpcUaValues.ToValue(value).ToString());
        Assert.Equal(hex, Written(w => w.Variant(value)));
    }

    [Fact]
    public void A_DataValue_with_status_and_both_times_and_picoseconds()
    {
        var reader =
            new UaReader(Convert.FromHexString("3F" + "0105" + "00009040" + "0080 3ED5 DEB1 9D01".Replace(" ", "", StringComparison.Ordinal)
            + "0A00" + "00803ED5DEB19D01" + "1400"));
        var value = reader.DataValue();
        Assert.True(reader.AtEnd);
        Assert.Equal("UncertainLastUsableValue", value.Status.ToString());
        Assert.Equal((DateTime.UnixEpoch, DateTime.UnixEpoch), (value.SourceTime, value.ServerTime));
    }

    [Fact]
    public void Hello_is_as_the_specification_lays_it_out()
    {
        var limits = new TransportLimits(65536, 65535, 16 << 20, 2049);
        Assert.Equal(
            "48454C46" + "30000000" + "00000000" + "00000100" + "FFFF0000" + "00000001" + "01080000" + "10000000"
                + "6F70632E7463703A2F2F613A34383430",
            Convert.ToHexString(limits.Hello("opc.tcp://a:4840")));
    }

    [Fact]
    public void An_Acknowledge_limits_what_is_sent()
    {
        var agreed = new TransportLimits(65536, 65536, 1 << 20, 100)
            .Agree(Convert.FromHexString("41434B46" + "1C000000" + "00000000" + "00200000" + "00200000" + "00001000" + "05000000"));
        Assert.Equal(new TransportLimits(65536, 8192, 1 << 20, 5), agreed);
    }

    [Fact]
    public void A_ReadRequest_has_its_fields_in_order()
    {
        var request = new ReadRequest { Nodes = new[] { new ReadValueId(new NodeId("x", 1), AttributeId.Value, "1:2") } };
        Assert.Equal(
            "0000000000000000" + "02000000" + "01000000" + "0301000100000078" + "0D000000" + "03000000313A32" + "0000FFFFFFFF",
                Written(request.Encode));
    }

    [Fact]
    public void Every_status_code_has_its_name()
    {
        Assert.True(StatusCodeNames.All.Count > 200);
        Assert.All(StatusCodeNames.All, code => Assert.Equal(code.Value, new StatusCode(code.Key | 0x0480).ToString()));
        Assert.Equal("Bad 0x8FFF0000", new StatusCode(0x8FFF_0001).ToString());
    }

    internal static string Written(Action<UaWriter> write)
    {
        var writer = new UaWriter();
        write(writer);
        return Convert.ToHexString(writer.Written);
    }
}
