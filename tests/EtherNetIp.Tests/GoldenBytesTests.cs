using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.EtherNetIp.Tests;

/// <summary>Messages byte by byte. Those of 1756-PM020 are its examples; in hex, with the field's name behind each group.</summary>
public class GoldenBytesTests
{
    private static readonly ConnectionTriad s_triad = new(0x1234, 0xA1B2C3D4);

    [Fact]
    public void RegisterSession()
    {
        var frame = new byte[Encapsulation.RegisterBytes];
        Encapsulation.WriteRegister(frame);
        Equal("""
            65 00  04 00  00 00 00 00  00 00 00 00   command, length, session, status
            00 00 00 00 00 00 00 00  00 00 00 00     context, options
            01 00  00 00                             protocol version, options
            """, frame);
        Assert.Equal(0x01020304U, Encapsulation.ReadRegistered(
            Bytes("65 00 04 00 04 03 02 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00")));
        Assert.Throws<LinkException>(() => Encapsulation.ReadRegistered(
            Bytes("65 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00")));
    }

    [Fact]
    public void Read_Tag() =>
        Equal("4C 03 91 04 72 61 74 65 01 00    service, words, symbol 'rate', elements", CipRequest.ReadTag(Path("rate"), 1));

    [Fact]
    public void Read_Tag_Fragmented() => Equal("""
        52 06                                   service, words
        91 0A 54 6F 74 61 6C 43 6F 75 6E 74     symbol 'TotalCount'
        E8 03  F4 01 00 00                      elements, offset
        """, CipRequest.ReadTagFragmented(Path("TotalCount"), 1000, 500));

    [Fact]
    public void Write_Tag() => Equal("""
        4D 06  91 0A 43 61 72 74 6F 6E 53 69 7A 65    service, words, symbol 'CartonSize'
        C4 00  01 00  0E 00 00 00                     DINT, elements, 14
        """, CipRequest.WriteTag(Path("CartonSize"), EtherNetIpType.Dint, 0, 1, [14, 0, 0, 0]));

    [Fact]
    public void Write_Tag_Fragmented_of_a_structure() => Equal("""
        53 04  91 05 54 69 74 6C 65 00      service, words, symbol 'Title', padded
        A0 02  CE 0F  01 00  04 00 00 00    structure, its handle, elements, offset
        41 42                               bytes
        """, CipRequest.WriteTagFragmented(Path("Title"), EtherNetIpType.Structure, 0x0FCE, 1, 4, "AB"u8));

    [Fact]
    public void Read_Modify_Write() => Equal("""
        4E 07  91 0B 43 6F 6E 74 72 6F 6C 57 6F 72 64 00    service, words, symbol 'ControlWord', padded
        04 00  04 00 00 00  DF FF FF FF                     size, bits to set, bits that stay
        """, CipRequest.ReadModifyWrite(Path("ControlWord"), [4, 0, 0, 0], [0xDF, 0xFF, 0xFF, 0xFF]));

    [Fact]
    public void Multiple_Service_Packet()
    {
        byte[][] requests = [CipRequest.ReadTag(Path("parts"), 1), CipRequest.ReadTag(Path("ControlWord"), 1)];
        var packet = new byte[64];
        var length = MultipleServicePacket.Write(packet, requests);
        Equal("""
            0A 02 20 02 24 01  02 00  06 00  12 00                    service, message router, count, places
            4C 04  91 05 70 61 72 74 73 00  01 00                     Read Tag 'parts'
            4C 07  91 0B 43 6F 6E 74 72 6F 6C 57 6F 72 64 00  01 00   Read Tag 'ControlWord'
            """, packet.AsSpan(0, length));
        var reply = Bytes("02 00 06 00 10 00  CC 00 00 00 C4 00 2A 00 00 00  CC 00 04 01 00 00");
        Assert.Equal(2, MultipleServicePacket.Count(reply));
        Equal("CC 00 00 00 C4 00 2A 00 00 00", MultipleServicePacket.Reply(reply, 0, 2));
        Equal("CC 00 04 01 00 00", MultipleServicePacket.Reply(reply, 1, 2));
    }

    [Theory]
    [InlineData("Level", "91 05 4C 65 76 65 6C 00")]
    [InlineData("Levels[3]", "91 06 4C 65 76 65 6C 73 28 03")]
    [InlineData("Levels[300]", "91 06 4C 65 76 65 6C 73 29 00 2C 01")]
    [InlineData("Levels[70000]", "91 06 4C 65 76 65 6C 73 2A 00 70 11 01 00")]
    [InlineData("Grid[1,2,3]", "91 04 47 72 69 64 28 01 28 02 28 03")]
    [InlineData("Program:P.T.M", "91 09 50 72 6F 67 72 61 6D 3A 50 00 91 01 54 00 91 01 4D 00")]
    public void Paths(string address, string hex) => Equal(hex, Path(address));

    [Fact]
    public void Paths_by_instance()
    {
        Equal("20 6B 25 00 34 12 28 02 91 01 4D 00", CipPath.Tag(Parse("Level[2].M"), 0x1234));
        Equal("91 09 50 72 6F 67 72 61 6D 3A 50 00 20 6B 25 00 01 00", CipPath.Tag(Parse("Program:P.T"), 1));
        Equal("20 6B 26 00 78 56 34 12", CipPath.Tag(Parse("T"), 0x12345678));
    }

    [Theory]
    [InlineData("1,0", "01 00")]
    [InlineData("1, 16", "01 10")]
    [InlineData("", "")]
    [InlineData("1,3,2,10.0.0.9,1,0", "01 03 12 08 31 30 2E 30 2E 30 2E 39 01 00")]
    [InlineData("2,192.168.1.10", "12 0C 31 39 32 2E 31 36 38 2E 31 2E 31 30")]
    [InlineData("2,192.168.1.1", "12 0B 31 39 32 2E 31 36 38 2E 31 2E 31 00")]
    public void Routes(string text, string hex) => Equal(hex, RoutePath.Parse(text, out _));

    [Theory]
    [InlineData("1", "pairs of port and link")]
    [InlineData("1,0,2", "pairs of port and link")]
    [InlineData("0,1", "is no port")]
    [InlineData("15,1", "is no port")]
    [InlineData("x,1", "is no port")]
    [InlineData("1,!", "is no link")]
    public void Routes_that_are_none(string text, string problem)
    {
        Assert.Null(RoutePath.Parse(text, out var found));
        Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_Forward_Open() => Equal("""
        5B 02 20 06 24 01                        service, Connection Manager
        0A 0A  00 00 00 00  34 12 52 50          tick, ticks, id to the controller, id to us
        34 12  3D F3  D4 C3 B2 A1                serial, vendor, originator
        02 00 00 00                              timeout is 16 intervals
        E0 70 72 00  A2 0F 00 42                 7.5 s, point to point, variable, 4002 bytes
        E0 70 72 00  A2 0F 00 42
        A3  03  01 00  20 02 24 01               class 3, words, slot 0, message router
        """, ForwardOpen.Create(s_triad, 4002, [1, 0], TimeSpan.FromMinutes(2)));

    [Fact]
    public void Forward_Open() => Equal("""
        54 02 20 06 24 01  0A 0A  00 00 00 00  34 12 52 50  34 12 3D F3 D4 C3 B2 A1  02 00 00 00
        E0 70 72 00  F8 43  E0 70 72 00  F8 43   7.5 s, point to point, variable, 504 bytes
        A3  02  20 02 24 01
        """, ForwardOpen.Create(s_triad, 504, [], TimeSpan.FromMinutes(2)));

    [Fact]
    public void Forward_Open_reply()
    {
        var data = Bytes("01 00 00 10  34 12 52 50  34 12 3D F3 D4 C3 B2 A1  E0 70 72 00  E0 70 72 00  00 00");
        Assert.Equal((0x10000001U, 0x50521234U), ForwardOpen.ReadConnectionIds(data, s_triad));
        Assert.Null(ForwardOpen.ReadConnectionIds(data, s_triad with { Serial = 1 }));
        Assert.Null(ForwardOpen.ReadConnectionIds(data.AsSpan(0, 25), s_triad));
        Assert.True(CipReply.TryRead(Bytes("DB 00 01 02 09 01 F4 01  34 12 3D F3 D4 C3 B2 A1 00 00"), out var refused));
        Assert.Equal(500, ForwardOpen.ReadSupportedSize(refused));
    }

    [Fact]
    public void Forward_Close() => Equal("""
        4E 02 20 06 24 01  0A 0A  34 12 3D F3 D4 C3 B2 A1   service, Connection Manager, ticks, triad
        03 00  01 00 20 02 24 01                            words, reserved, path
        """, ForwardOpen.CreateClose(s_triad, [1, 0]));

    [Fact]
    public void A_request_of_a_connection()
    {
        var frame = new CipTransport(true, 504, [1, 0]).Frame(CipRequest.ReadTag(Path("rate"), 1));
        new EtherNetIpFraming { Session = 0x01020304, ConnectionId = 0x11223344 }.Stamp(frame, 0x55AA);
        Equal("""
            70 00  20 00  04 03 02 01  00 00 00 00  AA 55 52 70 00 00 00 00  00 00 00 00   SendUnitData
            00 00 00 00  00 00  02 00                                                      interface, timeout, items
            A1 00  04 00  44 33 22 11                                                      connected address
            B1 00  0C 00  AA 55  4C 03 91 04 72 61 74 65 01 00                             connected data: sequence count, message
            """, frame);
    }

    [Fact]
    public void A_request_without_a_connection_along_a_route()
    {
        var frame = CipTransport.Unconnected([1, 0]).Frame(CipRequest.ReadTag(Path("rate"), 1));
        new EtherNetIpFraming { Session = 1 }.Stamp(frame, 7);
        Equal("""
            6F 00  28 00  01 00 00 00  00 00 00 00  07 00 52 70 00 00 00 00  00 00 00 00   SendRRData, context 7
            00 00 00 00  00 00  02 00  00 00  00 00                                        interface, timeout, items, null address
            B2 00  18 00                                                                   unconnected data
            52 02 20 06 24 01  0A 0A  0A 00                                                Unconnected Send, ticks, length
            4C 03 91 04 72 61 74 65 01 00                                                  message
            01 00  01 00                                                                   words of the route, slot 0
            """, frame);
    }

    [Fact]
    public void Symbols()
    {
        Equal("55 03 20 6B 25 00 00 00  03 00 01 00 02 00 08 00", SymbolList.Create("", 0, withAccess: false));
        Equal("55 09 91 09 50 72 6F 67 72 61 6D 3A 41 00 20 6B 25 00 05 00  04 00 01 00 02 00 08 00 0A 00",
            SymbolList.Create("Program:A", 5, withAccess: true));
        var symbols = new List<Symbol>();
        Assert.Equal(0x0ACDU, SymbolList.Read(Bytes("""
            86 08 00 00  04 00 72 61 74 65  C4 00  00 00 00 00 00 00 00 00 00 00 00 00
            CD 0A 00 00  02 00 50 31        CE AF  03 00 00 00 00 00 00 00 00 00 00 00
            """), 0, withAccess: false, symbols));
        Assert.Equal(("rate", EtherNetIpType.Dint, false), (symbols[0].Name, symbols[0].Type, symbols[0].IsStructure));
        Assert.Equal(("P1", (ushort)0xFCE, true, 3U), (symbols[1].Name, symbols[1].Template, symbols[1].IsStructure,
            symbols[1].Dimensions[0]));
    }

    [Fact]
    public void Templates()
    {
        Equal("03 03 20 6C 25 00 07 00  04 00 04 00 05 00 02 00 01 00", TemplateObject.CreateGetAttributes(7));
        Equal("4C 03 20 6C 25 00 34 02  10 00 00 00  64 00", TemplateObject.CreateRead(0x234, 16, 100));
        var attributes = TemplateObject.ReadAttributes(Bytes(
            "04 00  04 00 00 00 12 00 00 00  05 00 00 00 08 00 00 00  02 00 00 00 02 00  01 00 00 00 CB 05"));
        Assert.Equal(new TemplateAttributes(0x05CB, 2, 18, 8), attributes);
        Assert.Equal(49, attributes!.DefinitionBytes);
        var definition = TemplateObject.ReadDefinition(Bytes(
            "00 00 C4 00 00 00 00 00  05 00 C1 00 04 00 00 00  50 3B 6E 45 00 41 00 42 00"), 2);
        Assert.Equal("P", definition!.Value.Name);
        Assert.Equal([new TemplateMember("A", 0, 0xC4, 0), new TemplateMember("B", 5, 0xC1, 4)], definition.Value.Members);
    }

    [Fact]
    public void Replies_of_tags()
    {
        Assert.True(CipReply.TryRead(Bytes("CC 00 00 00 C4 00 81 02 00 00"), out var reply));
        Assert.Equal((CipService.ReadTag, (byte)0), (reply.Service, reply.Status));
        Assert.True(TagData.TryRead(reply.Data, out var data));
        Assert.True(data.Type == EtherNetIpType.Dint && EtherNetIpValues.TryRead(data.Type, data.Bytes, out var value)
            && value == Value.Of(641L));
        Assert.True(CipReply.TryRead(Bytes("CC 00 FF 01 05 21"), out reply));
        Assert.Equal((0xFF, 0x2105), (reply.Status, reply.ExtendedStatus));
        Assert.True(TagData.TryRead(Bytes("A0 02 CE 0F 05 00 00 00"), out data));
        Assert.Equal((EtherNetIpType.Structure, Structure.StringHandle, 4), (data.Type, data.Handle, data.Bytes.Length));
        Assert.False(CipReply.TryRead(Bytes("CC 00 FF 02 05 21"), out _));
        Assert.False(CipReply.TryRead(Bytes("4C 00 00 00"), out _));
        Assert.False(TagData.TryRead(Bytes("A0 02 CE"), out _));
    }

    [Fact]
    public void Identities()
    {
        var hex = "01 00 0E 00 A8 00 20 0B 60 30 C3 B2 A1 60 04 4C 33 33 45";
        Assert.Equal(new Identity(1, 0x0E, 168, 32, 11, 0x3060, 0x60A1B2C3, "L33E"), Identity.Read(Bytes(hex)));
        Assert.Equal("L33E", Identity.ReadList(Bytes("63 00 3A 00" + new string('0', 40) + "01 00 0C 00 38 00 01 00" + new string(
            '0', 32) + hex + "03"))!.Name);
        Assert.Null(Identity.Read(Bytes(hex[..20])));
    }

    private static byte[] Path(string address) => CipPath.Tag(Parse(address));

    private static EtherNetIpAddress Parse(string address) => EtherNetIpAddressParser.Parse(new TagDefinition("t", address), out _)!;

    /// <summary>The hex digits of each line up to its comment, which begins behind two or more blanks and is no hex.</summary>
    private static byte[] Bytes(string hex)
    {
        var digits = hex.Split('\n').SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .TakeWhile(word => word.All(char.IsAsciiHexDigitUpper)));
        return Convert.FromHexString(string.Concat(digits));
    }

    private static void Equal(string hex, ReadOnlySpan<byte> bytes) =>
        Assert.Equal(Convert.ToHexString(Bytes(hex)), Convert.ToHexString(bytes));
}
