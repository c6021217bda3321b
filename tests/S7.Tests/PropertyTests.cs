using System.Globalization;
using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests;

/// <summary>Properties of the address parser and the codecs for generated inputs. CsCheck prints the seed of a failure.</summary>
public class PropertyTests
{
    private static readonly Gen<S7Type> Types = OneOf(
        Enum.GetValues<S7Type>().Except([S7Type.Counter, S7Type.S5Time, S7Type.Timer200, S7Type.Counter200]).ToArray());

    private static readonly Gen<S7Area> Areas = OneOf(S7Area.DataBlock, S7Area.Marker, S7Area.Input, S7Area.Output);

    private static readonly Gen<S7Address> Addresses = Gen.Select(
        Areas, Gen.Int[1, 65535], Gen.Int[0, 55000], Types, Gen.Int[0, 7], Gen.Int[1, 254], Gen.Int[0, 20],
        (area, block, offset, type, bit, length, count) => new S7Address(
            area, area == S7Area.DataBlock ? block : 0, offset, type, type == S7Type.Bool && count == 0 ? bit : 0,
            type is S7Type.String or S7Type.WString or S7Type.Char ? length : 0, count));

    // The types whose bits are all values, and those whose bits are not.
    private static readonly Gen<S7Type> PlainNumbers = OneOf(
        S7Type.SInt, S7Type.USInt, S7Type.Int, S7Type.UInt, S7Type.DInt, S7Type.UDInt, S7Type.LInt, S7Type.ULInt, S7Type.Real,
        S7Type.LReal);

    private static S7Address? Parse(string text, out AddressProblem? problem) =>
        S7AddressParser.Parse(new TagDefinition("t", text), out problem);

    [Fact]
    public void A_formatted_address_parses_to_the_same_address() =>
        Addresses.ForAll(address => Assert.Equal(address, Parse(Format(address), out _)), iter: 20_000);

    [Fact]
    public void Any_text_is_an_address_or_a_problem() =>
        Gen.String[Gen.Char["0123456789.:[]%DBXWMIQEATCZ dbREALINTSTRING-é\0"], 0, 20].ForAll(
            text =>
            {
                var address = Parse(text, out var problem);
                Assert.True(address is null ^ problem is null);
                if (problem is not null) Assert.InRange(problem.Column, 1, text.Length + 1);
            },
            iter: 20_000);

    [Fact]
    public void A_number_that_was_read_is_written_as_the_same_bytes() => Gen.Select(PlainNumbers, Gen.Byte.Array[8]).ForAll(
        (type, memory) =>
        {
            var bytes = memory[..type.Bytes(0)];
            Assert.True(S7Values.TryNumber(type, 0, bytes, out var value));
            if (value.ToString() == "NaN") return;
            var written = new byte[bytes.Length];
            Assert.Null(S7Values.Write(type, value, written));
            Assert.Equal(bytes, written);
        },
        iter: 20_000);

    [Fact]
    public void A_timer_or_counter_that_was_written_is_read_as_the_same_number() => Gen.Select(Gen.Int[0, 999], Gen.Int[0, 3]).ForAll(
        (digits, timeBase) =>
        {
            var bytes = new byte[2];
            var time = digits * (int)Math.Pow(10, timeBase + 1);
            Assert.Null(S7Values.Write(S7Type.S5Time, time, bytes));
            Assert.True(S7Values.TryNumber(S7Type.S5Time, 0, bytes, out var value));
            Assert.Equal(Value.Of(time), value);
            Assert.Null(S7Values.Write(S7Type.Counter, digits, bytes));
            Assert.True(S7Values.TryNumber(S7Type.Counter, 0, bytes, out value));
            Assert.Equal(Value.Of(digits), value);
        });

    [Fact]
    public void A_text_that_was_written_is_read_as_the_same_text() =>
        Gen.Select(OneOf(S7Type.String, S7Type.WString), Gen.String[Gen.Char["aZ0 éß\0"], 0, 20], Gen.Int[0, 5]).ForAll(
            (type, text, spare) =>
            {
                var address = new S7Address(S7Area.Marker, 0, 0, type, Length: text.Length + spare + 1);
                var bytes = new byte[address.Bytes];
                Assert.Null(S7Texts.Write(type, text, bytes));
                bytes[type == S7Type.String ? 0 : 1] = (byte)address.Length;
                Assert.Equal(text, S7Texts.Format(type, bytes));
            },
            iter: 5_000);

    [Fact]
    public void A_date_or_time_that_was_written_is_read_as_the_same_text() =>
        Gen.Select(OneOf(S7Type.Date, S7Type.Tod, S7Type.Dt, S7Type.Dtl),
            Gen.Long[new DateTime(1990, 1, 1).Ticks, new DateTime(2089, 12, 31).Ticks]).ForAll(
            (type, ticks) =>
            {
                var time = new DateTime(ticks);
                var text = time.ToString(
                    type switch
                    {
                        S7Type.Date => "yyyy-MM-dd",
                        S7Type.Tod => "HH:mm:ss.fff",
                        S7Type.Dt => "yyyy-MM-ddTHH:mm:ss.fff",
                        _ => "yyyy-MM-ddTHH:mm:ss.fffffff00",
                    },
                    CultureInfo.InvariantCulture);
                var bytes = new byte[type.Bytes(0)];
                Assert.Null(S7Texts.Write(type, text, bytes));
                Assert.Equal(text, S7Texts.Format(type, bytes));
            },
            iter: 5_000);

    [Fact]
    public void A_read_request_is_understood_and_its_reply_has_the_bytes_of_every_item() =>
        Gen.Select(Areas, Gen.Int[1, 65535], Gen.Int[0, 60000], Gen.Int[1, 40]).Array[1, 20].ForAll(
            items =>
            {
                var packet = new byte[ReadVar.RequestBytes(items.Length)];
                Assert.Equal(packet.Length, ReadVar.Write(packet, items.Length));
                for (var i = 0; i < items.Length; i++)
                {
                    var (area, block, start, bytes) = items[i];
                    VarItem.Write(ReadVar.Item(packet, i), area, block, start, bytes);
                }

                var request = CpuRequest.Parse(packet);
                Assert.Equal(items.Select(item => new CpuItem((byte)item.Item1, item.Item2, item.Item3, item.Item4)), request.Items);

                Assert.Null(ReadVar.Check(request.Good()[CotpData.PduStart..], items.Length, out var rest));
                for (var i = 0; i < items.Length; i++)
                {
                    Assert.Null(ReadVar.Next(ref rest, i == items.Length - 1, items[i].Item4, out var bytes));
                    Assert.Equal(request.Items[i].Good()[4..], bytes.ToArray());
                }
            },
            iter: 5_000);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static string Format(in S7Address address)
    {
        var text = new StringBuilder(address.Area switch
        {
            S7Area.DataBlock => $"DB{address.Block}.DB",
            S7Area.Marker => "M",
            S7Area.Input => "I",
            _ => "Q",
        });
        text.Append(address.Type == S7Type.Bool ? $"X{address.Offset}.{address.Bit}" : $"B{address.Offset}");
        text.Append(CultureInfo.InvariantCulture, $":{address.Type.ToString().ToUpperInvariant()}");
        if (address.Length > 0) text.Append(CultureInfo.InvariantCulture, $"[{address.Length}]");
        if (address.Count > 0) text.Append(CultureInfo.InvariantCulture, $"[{address.Count}]");
        return text.ToString();
    }
}
