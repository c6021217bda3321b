using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Modbus.Tests;

/// <summary>
/// The examples of Application Protocol V1.1b3, clauses 6.1 to 6.12 and 7, in frames of unit 0x11 under transaction id 0.
/// </summary>
public class GoldenFrameTests
{
    private const byte Unit = 0x11;

    private static readonly ModbusDialect Standard = ModbusDialect.Standard;

    private delegate int Encode(Span<byte> frame);

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    // transaction 0000, protocol 0000, length, unit 11
    private static byte[] Frame(string pdu) => [0, 0, 0, 0, 0, (byte)(Hex(pdu).Length + 1), Unit, .. Hex(pdu)];

    private static byte[] Encoded(Encode encode)
    {
        var frame = Enumerable.Repeat((byte)0xCC, Mbap.MaxBytes).ToArray();
        return frame[..encode(frame)];
    }

    [Fact]
    public void Read_coils_6_1()
    {
        // Coils 20 to 38: start 0013, quantity 0013. Reply: 3 bytes, 27-20 = CD, 35-28 = 6B, 38-36 = 05.
        Assert.Equal(Frame("01 00 13 00 13"), Encoded(f => ModbusReadRequest.Write(f, Unit, FunctionCode.ReadCoils, 0x13, 0x13, Standard)));
        Assert.Null(ModbusReadRequest.ParseReply(Frame("01 03 CD 6B 05"), Unit, FunctionCode.ReadCoils, 0x13, Standard, out var bits));
        Assert.Equal("1011001111010110101", string.Concat(Bits(bits, 0x13)));
    }

    [Fact]
    public void Read_discrete_inputs_6_2()
    {
        // Inputs 197 to 218: start 00C4, quantity 0016. Reply: 3 bytes, AC, DB, 35.
        Assert.Equal(Frame("02 00 C4 00 16"), Encoded(f => ModbusReadRequest.Write(f, Unit, FunctionCode.ReadDiscreteInputs, 0xC4, 0x16,
            Standard)));
        Assert.Null(ModbusReadRequest.ParseReply(Frame("02 03 AC DB 35"), Unit, FunctionCode.ReadDiscreteInputs, 0x16, Standard,
            out var bits));
        Assert.Equal("0011010111011011101011", string.Concat(Bits(bits, 0x16)));
    }

    [Fact]
    public void Read_holding_registers_6_3()
    {
        // Registers 108 to 110: start 006B, quantity 0003. Reply: 6 bytes, 022B, 0000, 0064.
        Assert.Equal(Frame("03 00 6B 00 03"), Encoded(f => ModbusReadRequest.Write(f, Unit, FunctionCode.ReadHoldingRegisters, 0x6B, 3,
            Standard)));
        Assert.Null(ModbusReadRequest.ParseReply(Frame("03 06 02 2B 00 00 00 64"), Unit, FunctionCode.ReadHoldingRegisters, 3, Standard,
            out var registers));
        Assert.Equal(Hex("02 2B 00 00 00 64"), registers.ToArray());
    }

    [Fact]
    public void Read_input_registers_6_4()
    {
        // Register 9: start 0008, quantity 0001. Reply: 2 bytes, 000A.
        Assert.Equal(Frame("04 00 08 00 01"), Encoded(f => ModbusReadRequest.Write(f, Unit, FunctionCode.ReadInputRegisters, 8, 1,
            Standard)));
        Assert.Null(ModbusReadRequest.ParseReply(Frame("04 02 00 0A"), Unit, FunctionCode.ReadInputRegisters, 1, Standard,
            out var registers));
        Assert.Equal(Hex("00 0A"), registers.ToArray());
    }

    [Fact]
    public void Write_single_coil_6_5()
    {
        // Coil 173 on: address 00AC, value FF00; the reply is the same.
        var request = Encoded(f => ModbusWriteRequest.WriteCoil(f, Unit, 0xAC, true, ModbusFrame.Tcp));
        Assert.Equal(Frame("05 00 AC FF 00"), request);
        Assert.Equal(Frame("05 00 AC 00 00"), Encoded(f => ModbusWriteRequest.WriteCoil(f, Unit, 0xAC, false, ModbusFrame.Tcp)));
        Assert.Null(ModbusWriteRequest.CheckReply(Frame("05 00 AC FF 00"), request, Standard));
        Assert.Same(ReplyFault.OtherEcho, ModbusWriteRequest.CheckReply(Frame("05 00 AC 00 00"), request, Standard));
    }

    [Fact]
    public void Write_single_register_6_6()
    {
        // Register 2 to 3: address 0001, value 0003; the reply is the same.
        var request = Encoded(f => ModbusWriteRequest.WriteRegister(f, Unit, 1, 3, ModbusFrame.Tcp));
        Assert.Equal(Frame("06 00 01 00 03"), request);
        Assert.Null(ModbusWriteRequest.CheckReply(Frame("06 00 01 00 03"), request, Standard));
        Assert.Same(ReplyFault.OtherEcho, ModbusWriteRequest.CheckReply(Frame("06 00 02 00 03"), request, Standard));
    }

    [Fact]
    public void Write_multiple_coils_6_11()
    {
        // Ten coils from 20: start 0013, quantity 000A, 2 bytes, CD 01.
        bool[] coils = [true, false, true, true, false, false, true, true, true, false];
        var request = Encoded(f => ModbusWriteRequest.WriteCoils(f, Unit, 0x13, coils, ModbusFrame.Tcp));
        Assert.Equal(Frame("0F 00 13 00 0A 02 CD 01"), request);
        Assert.Null(ModbusWriteRequest.CheckReply(Frame("0F 00 13 00 0A"), request, Standard));
        Assert.Same(ReplyFault.OtherLength, ModbusWriteRequest.CheckReply(Frame("0F 00 13 00 0A 00"), request, Standard));
    }

    [Fact]
    public void Write_multiple_registers_6_12()
    {
        // Two registers from 2: start 0001, quantity 0002, 4 bytes, 000A 0102.
        var request = Encoded(f => ModbusWriteRequest.WriteRegisters(f, Unit, 1, [0x000A, 0x0102], ModbusFrame.Tcp));
        Assert.Equal(Frame("10 00 01 00 02 04 00 0A 01 02"), request);
        Assert.Null(ModbusWriteRequest.CheckReply(Frame("10 00 01 00 02"), request, Standard));
        Assert.Same(ReplyFault.OtherUnit(0x11, 0x12), ModbusWriteRequest.CheckReply([0, 0, 0, 0, 0, 6, 0x12, .. Hex("10 00 01 00 02")],
            request, Standard));
    }

    [Fact]
    public void An_exception_7()
    {
        // Read Coils of 04A1 in a server that has no such coil: function 81, exception 02.
        var fault = ModbusReadRequest.ParseReply(Frame("81 02"), Unit, FunctionCode.ReadCoils, 1, Standard, out _);

        Assert.Equal("illegal data address", fault!.Reason);
    }

    [Fact]
    public void The_header_is_that_of_the_messaging_guide_3_1_3()
    {
        // 15 01 transaction, 00 00 protocol, 00 06 length, FF unit, then PDU: read register 5.
        var frame = Encoded(f => ModbusReadRequest.Write(f, 0xFF, FunctionCode.ReadHoldingRegisters, 4, 1, Standard));
        Mbap.Stamp(frame, 0x1501);

        Assert.Equal(Hex("15 01 00 00 00 06 FF 03 00 04 00 01"), frame);
        Assert.Equal((0x1501, 0, 0xFF, 12), (Mbap.TransactionId(frame), Mbap.ProtocolId(frame), Mbap.Unit(frame),
            Mbap.DeclaredLength(frame)));
    }

    private static List<int> Bits(ReadOnlySpan<byte> bits, int count)
    {
        var list = new List<int>();
        for (var i = 0; i < count; i++) list.Add(ModbusValues.Bit(bits, i) ? 1 : 0);
        return list;
    }
}
