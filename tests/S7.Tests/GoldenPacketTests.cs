using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests;

/// <summary>Whole packets, byte by byte.</summary>
public class GoldenPacketTests
{
    [Fact]
    public void Connection_request()
    {
        var packet = new byte[CotpConnect.RequestBytes];
        CotpConnect.Write(packet, local: 0x0100, Tsap.From(ConnectionType.Pg, rack: 0, slot: 2));
        Assert.Equal(
            "03 00 00 16 " + // packet of 22 bytes
            "11 E0 00 00 00 01 00 " + // header of 17 bytes after this one, connection request, references 0 and 1, class 0
            "C0 01 0A " + // TPDU size 2^10
            "C1 02 01 00 " + // calling TSAP
            "C2 02 01 02", // called TSAP: programming device, rack 0, slot 2
            Hex(packet));
    }

    [Theory]
    [InlineData("pg", 0, 1, 0x0101)]
    [InlineData("op", 0, 2, 0x0202)]
    [InlineData("basic", 1, 3, 0x0323)]
    public void Tsap_of_rack_and_slot(string type, int rack, int slot, int tsap) =>
        Assert.Equal(tsap, Tsap.From(Enum.Parse<ConnectionType>(type, ignoreCase: true), rack, slot));

    [Theory]
    [InlineData("02.00", 0x0200)]
    [InlineData("0x1000", 0x1000)]
    [InlineData("0300", 0x0300)]
    public void Tsap_as_written(string text, int tsap) => Assert.True(Tsap.TryParse(text, out var parsed) && parsed == tsap);

    [Fact]
    public void Setup_communication()
    {
        var packet = new byte[SetupCommunication.RequestBytes];
        new SetupCommunication(960, 8).Write(packet);
        S7Header.Stamp(packet, 0x1234);
        Assert.Equal(
            "03 00 00 19 02 F0 80 " + // packet of 25 bytes, data, last piece
            "32 01 00 00 12 34 00 08 00 00 " + // job 1234, 8 bytes of parameters, no data
            "F0 00 00 08 00 08 03 C0", // 8 jobs either way, PDUs of 960 bytes
            Hex(packet));

        var agreed = new SetupCommunication(960, 8).ParseReply(ScriptedCpu.Hex(
            "32 03 00 00 12 34 00 08 00 00 00 00 " + // acknowledgement with data, no error
            "F0 00 00 01 00 01 00 F0")); // one job, PDUs of 240 bytes

        Assert.Equal(new SetupCommunication(240, 1), agreed);
    }

    [Fact]
    public void Read_of_three_items()
    {
        var job = Assert.Single(Plan("DB500.DBD2:REAL", "M10.3", "T5").Steady.Jobs);
        var packet = new byte[job.PacketBytes];
        job.Write(packet);
        S7Header.Stamp(packet, 0x0002);
        Assert.Equal(
            "03 00 00 37 02 F0 80 " +
            "32 01 00 00 00 02 00 26 00 00 " + // job 2, 38 bytes of parameters
            "04 03 " + // read, 3 items
            "12 0A 10 1D 00 01 00 00 1D 00 00 05 " + // one timer: number 5
            "12 0A 10 02 00 04 01 F4 84 00 00 10 " + // four bytes of data block 500 from bit 16 on
            "12 0A 10 02 00 01 00 00 83 00 00 50", // one byte of flags from bit 80 on: odd, so it goes last
            Hex(packet));
    }

    [Fact]
    public void Answer_of_three_items()
    {
        var plan = Plan("DB500.DBD2:REAL", "M10.3", "T5");
        var into = PlanFactory.Buffer(3);
        plan.Steady.Jobs[0].Read(
            ScriptedCpu.Hex(
                "32 03 00 00 00 02 00 02 00 13 00 00 " + // acknowledgement with data, 2 bytes of parameters, 19 of data
                "04 03 " +
                "FF 09 00 02 12 34 " + // good, counted in bytes: 2
                "FF 04 00 20 42 F6 E9 79 " + // good, counted in bits: 32
                "FF 04 00 08 08"), // no padding after the last one
            into,
            plan);

        Assert.Equal(["123.456", "TRUE", "23400"], into.Samples.ToArray().Select(sample => sample.Value.ToString()));
    }

    [Fact]
    public void Write_of_bytes_and_of_a_bit()
    {
        var packet = new byte[WriteVar.Overhead + 4];
        ScriptedCpu.Hex("42 F6 E9 79").CopyTo(packet, WriteVar.Overhead);
        Assert.Equal(packet.Length, WriteVar.Write(packet, S7Area.DataBlock, block: 500, start: 2, bytes: 4));
        S7Header.Stamp(packet, 0x0003);
        Assert.Equal(
            "03 00 00 27 02 F0 80 " +
            "32 01 00 00 00 03 00 0E 00 08 " + // job 3, 14 bytes of parameters, 8 of data
            "05 01 12 0A 10 02 00 04 01 F4 84 00 00 10 " + // write one item: four bytes of data block 500 from bit 16 on
            "00 04 00 20 42 F6 E9 79", // counted in bits: 32
            Hex(packet));

        packet = new byte[WriteVar.Overhead + 1];
        packet[WriteVar.Overhead] = 1;
        WriteVar.WriteBit(packet, S7Area.Marker, block: 0, start: 10, bit: 3);
        Assert.Equal(
            "03 00 00 24 02 F0 80 32 01 00 00 00 00 00 0E 00 05 " +
            "05 01 12 0A 10 01 00 01 00 00 83 00 00 53 " + // one bit of flags: number 83
            "00 03 00 01 01", // counted in bits: 1
            Hex(packet));
    }

    [Fact]
    public void Questions()
    {
        var packet = new byte[UserData.Overhead + 4];
        var length = UserData.Write(packet, UserData.SystemStatus, SystemStatusList.Function, SystemStatusList.WriteRequest(0x0424));
        Assert.Equal(
            "03 00 00 21 02 F0 80 32 07 00 00 00 00 00 08 00 08 " + // user data, 8 bytes of parameters, 8 of data
            "00 01 12 04 11 44 01 00 " + // request of group 4, function 1
            "FF 09 00 04 04 24 00 00", // list 0424, index 0
            Hex(packet[..length]));

        length = UserData.WriteContinue(packet, UserData.Blocks, BlockList.List, sequence: 7);
        Assert.Equal(
            "03 00 00 21 02 F0 80 32 07 00 00 00 00 00 0C 00 04 " +
            "00 01 12 08 12 43 02 07 00 00 00 00 " + // the answer with sequence 7 of group 3, function 2 goes on
            "0A 00 00 00",
            Hex(packet[..length]));
        Assert.Equal("30 41 30 30 35 30 30 41", Hex(BlockList.InfoRequest((byte)'A', 500)));
    }

    private static S7ReadPlan Plan(params string[] addresses) => PlanFactory.Plan(240, addresses);

    private static string Hex(byte[] bytes) => PlantRuntime.Wire.HexDump.Excerpt(bytes, most: bytes.Length);
}
