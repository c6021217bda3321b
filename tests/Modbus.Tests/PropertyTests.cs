using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Modbus.Tests.Testing;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Modbus.Tests;

/// <summary>Properties of the address parser and the codecs for generated inputs. CsCheck prints the seed of a failure.</summary>
public class PropertyTests
{
    private static readonly Gen<ByteOrder> Orders = OneOf(ByteOrder.ABCD, ByteOrder.CDAB, ByteOrder.BADC, ByteOrder.DCBA);

    private static readonly Gen<ModbusArea> BitAreas = OneOf(ModbusArea.Coil, ModbusArea.Discrete);

    private static readonly Gen<ModbusArea> RegisterAreas = OneOf(ModbusArea.Input, ModbusArea.Holding);

    private static readonly Gen<ModbusType> Numbers = OneOf(
        ModbusType.Int16, ModbusType.UInt16, ModbusType.Int32, ModbusType.UInt32, ModbusType.Int64, ModbusType.UInt64, ModbusType.Float32,
        ModbusType.Float64);

    private static readonly Gen<ModbusAddress> Addresses = Gen.OneOf(
        Gen.Select(Gen.Byte, BitAreas, Gen.Int[0, 65535], (unit, area, offset) => new ModbusAddress(unit, area, offset, ModbusType.Bool)),
        Gen.Select(Gen.Byte, RegisterAreas, Gen.Int[0, 65535], Gen.Int[0, 15], Orders, (unit, area, offset, bit, order) =>
            new ModbusAddress(unit, area, offset, ModbusType.Bool, bit, Order: order)),
        Gen.Select(Gen.Byte, RegisterAreas, Gen.Int[0, 65535], Gen.Bool, OneOf(ModbusType.Int8, ModbusType.UInt8), Orders,
            (unit, area, offset, isHigh, type, order) => new ModbusAddress(unit, area, offset, type, isHigh ? 8 : 0, Order: order)),
        Gen.Select(Gen.Byte, RegisterAreas, Gen.Int[0, 65535 - 3], Numbers, Orders, (unit, area, offset, type, order) =>
            new ModbusAddress(unit, area, offset, type, Order: order)),
        Gen.Select(Gen.Byte, RegisterAreas, Gen.Int[0, 65535 - 124], Gen.Int[1, 250], Orders, (unit, area, offset, bytes, order) =>
            new ModbusAddress(unit, area, offset, ModbusType.String, StringBytes: bytes, Order: order)));

    private static ModbusAddress? Parse(string text, out AddressProblem? problem) =>
        new ModbusAddressParser(1, ByteOrder.ABCD).Parse(new TagDefinition("t", text), out problem);

    [Fact]
    public void A_formatted_address_parses_to_the_same_address() =>
        Addresses.ForAll(address => Assert.Equal(address, Parse(address.ToString(), out _)), iter: 20_000);

    [Fact]
    public void Any_text_is_an_address_or_a_problem() =>
        Gen.String[Gen.Char["0134567890.:/[]ABCDabcd holdingcoilSTRINGREAL-é\0"], 0, 20].ForAll(
            text =>
            {
                var address = Parse(text, out var problem);
                Assert.True(address is null ^ problem is null);
                if (address is not null) Assert.Equal(address, Parse(address.Value.ToString(), out _));
                else Assert.InRange(problem!.Column, 1, text.Length + 1);
            },
            iter: 20_000);

    [Fact]
    public void A_number_that_fits_is_read_as_it_was_written() => Gen.Select(Numbers, Orders, Gen.ULong).ForAll(
        (type, order, bits) =>
        {
            var address = new ModbusAddress(1, ModbusArea.Holding, 0, type, Order: order);
            var value = type switch
            {
                ModbusType.Int16 => Value.Of((long)(short)bits),
                ModbusType.UInt16 => Value.Of((long)(ushort)bits),
                ModbusType.Int32 => Value.Of((long)(int)bits),
                ModbusType.UInt32 => Value.Of((long)(uint)bits),
                ModbusType.Int64 => Value.Of((long)bits),
                ModbusType.UInt64 => Value.Of(bits),
                ModbusType.Int48 => Value.Of((long)(bits << 16) >> 16),
                ModbusType.UInt48 => Value.Of((long)(bits << 16 >> 16)),
                ModbusType.Float32 => BitConverter.UInt32BitsToSingle((uint)bits),
                _ => Value.Of(BitConverter.UInt64BitsToDouble(bits)),
            };
            Assert.Equal(value.ToString(), ModbusValues.Number(address, Written(address, value)).ToString());
        },
        iter: 20_000);

    [Fact]
    public void A_text_that_fits_is_read_as_it_was_written() => Gen.Select(Gen.String[Gen.Char["aZ0 éßЖ漢"], 0, 40], Orders).ForAll(
        (text, order) =>
        {
            text = text.TrimEnd(' ');
            var address = new ModbusAddress(1, ModbusArea.Holding, 0, ModbusType.String, StringBytes: Encoding.UTF8.GetByteCount(text) + 2,
                Order: order);
            Assert.Equal(text, ModbusValues.Text(Written(address, text), address.StringBytes, order));
        },
        iter: 5_000);

    [Fact]
    public void A_read_request_is_understood_and_only_a_reply_of_its_length_is_accepted() =>
        Gen.Select(Gen.Int[1, 4], Gen.Byte, Gen.UShort, Gen.Int[1, 125], Gen.Int[-2, 2]).ForAll(
            (function, unit, start, quantity, extra) =>
            {
                var frame = new byte[ModbusReadRequest.FrameBytes(ModbusFrame.Tcp)];
                Assert.Equal(frame.Length, ModbusReadRequest.Write(frame, unit, (FunctionCode)function, start, (ushort)quantity,
                    ModbusDialect.Standard));
                var request = DeviceRequest.Parse(frame);
                Assert.Equal(new DeviceRequest(0, unit, (byte)function, start, quantity), request with { Pdu = "" });

                var good = request.Good();
                Assert.Null(ModbusReadRequest.ParseReply(good, unit, (FunctionCode)function, quantity, ModbusDialect.Standard,
                    out var values));
                Assert.Equal(good[9..], values.ToArray());
                if (extra == 0) return;
                var other = good.Length + extra <= 8 ? good[..8] : [.. good.Concat(new byte[2]).Take(good.Length + extra)];
                Assert.Same(ReplyFault.OtherLength, ModbusReadRequest.ParseReply(other, unit, (FunctionCode)function, quantity,
                    ModbusDialect.Standard, out _));
            },
            iter: 20_000);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static byte[] Written(in ModbusAddress address, Value value)
    {
        var registers = new ushort[address.Width];
        Assert.Null(ModbusValues.Write(address, value, registers));
        return [.. registers.SelectMany(register => (byte[])[(byte)(register >> 8), (byte)register])];
    }
}
