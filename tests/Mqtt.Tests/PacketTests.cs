using System.Buffers;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Compares packets byte by byte with the layout in the specifications.</summary>
public class PacketTests
{
    [Theory]
    // 3.1.1: level 4; user, password, will retain, will QoS 1, will, clean; 15 s; id "c"; will "w" "gone"; user "u"; password "p"
    [InlineData("3.1.1", true, "10 1C 0004 4D515454 04 EE 000F 0001 63 0001 77 0004 676F6E65 0001 75 0001 70")]
    // 5.0: properties Session Expiry 3600 s (11) and Maximum Packet Size 65536 (27); no will properties
    [InlineData("5.0", true, "10 28 0004 4D515454 05 EE 000F 0A 11 00000E10 27 00010000 0001 63 00 0001 77 0004 676F6E65 0001 75 0001 70")]
    [InlineData("5.0", false, "10 18 0004 4D515454 05 00 000F 0A 11 00000E10 27 00010000 0001 63")]
    public void Connect_is_laid_out_as_specified(string version, bool isFull, string hex)
    {
        var packet = new ConnectPacket
        {
            Version = version == "5.0" ? ProtocolVersion.V5 : ProtocolVersion.V311,
            ClientId = "c",
            CleanStart = isFull,
            KeepAlive = TimeSpan.FromSeconds(15),
            SessionExpiry = TimeSpan.FromHours(1),
            MaximumPacketSize = 65536,
            User = isFull ? "u" : null,
            Password = isFull ? "p" : null,
            Will = isFull ? new WillOptions { Topic = "w", Payload = "gone", Qos = 1, Retain = true } : null,
        }.ToPacket();
        Assert.Equal(Hex(hex), Convert.ToHexString(packet));
    }

    [Theory]
    [InlineData("5.0", 1, false, "32 09 0003 612F62 0000 00 78", "3A 09 0003 612F62 FFFE 00 78")]
    [InlineData("5.0", 2, true, "35 09 0003 612F62 0000 00 78", "3D 09 0003 612F62 FFFE 00 78")]
    [InlineData("3.1.1", 1, false, "32 08 0003 612F62 0000 78", "3A 08 0003 612F62 FFFE 78")]
    [InlineData("3.1.1", 0, true, "31 06 0003 612F62 78", null)]
    public void Publish_is_laid_out_as_specified(string version, int qos, bool retain, string hex, string? stamped)
    {
        var protocol = version == "5.0" ? ProtocolVersion.V5 : ProtocolVersion.V311;
        var packet = new ArrayBufferWriter<byte>();
        PublishPacket.Write(packet, "a/b"u8, "x"u8, qos, retain, protocol);
        Assert.Equal(Hex(hex), Convert.ToHexString(packet.WrittenSpan));
        Assert.Equal(packet.WrittenCount, PublishPacket.SizeOf(3, 1, qos, protocol));
        if (stamped is null) return;
        var again = packet.WrittenSpan.ToArray();
        PublishPacket.Stamp(again, 0xFFFE, isDuplicate: true);
        Assert.Equal(Hex(stamped), Convert.ToHexString(again));
    }

    [Theory]
    // MQTT 5.0, table 1-1: the smallest and largest value of each length.
    [InlineData(0, "00")]
    [InlineData(127, "7F")]
    [InlineData(128, "80 01")]
    [InlineData(16_383, "FF 7F")]
    [InlineData(16_384, "80 80 01")]
    [InlineData(2_097_151, "FF FF 7F")]
    [InlineData(2_097_152, "80 80 80 01")]
    [InlineData(268_435_455, "FF FF FF 7F")]
    public void Variable_integers_round_trip(int value, string hex)
    {
        var bytes = new byte[4];
        var count = VariableInteger.Write(bytes, value);
        Assert.Equal(Hex(hex), Convert.ToHexString(bytes.AsSpan(0, count)));
        Assert.Equal(count, VariableInteger.SizeOf(value));
        Assert.Equal(OperationStatus.Done, VariableInteger.TryRead(bytes, out var read, out var length));
        Assert.Equal((value, count), (read, length));
        if (count > 1) Assert.Equal(OperationStatus.NeedMoreData, VariableInteger.TryRead(bytes.AsSpan(0, count - 1), out _, out _));
    }

    [Theory]
    [InlineData("80 00")]
    [InlineData("FF FF FF FF")]
    public void Invalid_variable_integers_are_refused(string hex) =>
        Assert.Equal(OperationStatus.InvalidData, VariableInteger.TryRead(Convert.FromHexString(Hex(hex)), out _, out _));

    private static string Hex(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
