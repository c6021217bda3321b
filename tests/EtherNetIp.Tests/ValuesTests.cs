using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.EtherNetIp.Tests;

public class ValuesTests
{
    [Theory]
    [InlineData("BOOL", "FF", "TRUE")]
    [InlineData("BOOL", "00", "FALSE")]
    [InlineData("SINT", "80", "-128")]
    [InlineData("USINT", "FF", "255")]
    [InlineData("INT", "3412", "4660")]
    [InlineData("UINT", "FFFF", "65535")]
    [InlineData("DINT", "78563412", "305419896")]
    [InlineData("UDINT", "FFFFFFFF", "4294967295")]
    [InlineData("LINT", "FEFFFFFFFFFFFFFF", "-2")]
    [InlineData("ULINT", "FFFFFFFFFFFFFFFF", "18446744073709551615")]
    [InlineData("REAL", "CDCCCC3D", "0.1")]
    [InlineData("LREAL", "9A9999999999B93F", "0.1")]
    public void Bytes_are_little_endian(string name, string hex, string shown)
    {
        var type = EtherNetIpTypes.Parse(name)!.Value;
        Assert.True(EtherNetIpValues.TryRead(type, Convert.FromHexString(hex), out var value));
        Assert.Equal(shown, value.ToString());
        Assert.False(EtherNetIpValues.TryRead(type, Convert.FromHexString(hex)[1..], out _));
    }

    [Fact]
    public void What_is_written_reads_back_or_is_refused()
    {
        var types = Enum.GetValues<EtherNetIpType>().Where(type => type.Bytes() > 0).ToArray();
        var value = Gen.OneOf(
            Gen.Long.Select(Value.Of), Gen.ULong.Select(Value.Of), Gen.Int[-300, 300]
                .Select(n => Value.Of((long)n)), Gen.Double.Select(Value.Of),
            Gen.Float.Select(Value.Of), Gen.Bool.Select(Value.Of), Gen.String.Select(text => Value.Of(text)));
        Gen.Select(Gen.Int[0, types.Length - 1].Select(i => types[i]), value).ForAll((type, written) =>
        {
            var bytes = new byte[type.Bytes()];
            if (EtherNetIpValues.Write(type, written, bytes) is not null) return;
            Assert.True(EtherNetIpValues.TryRead(type, bytes, out var read));
            var isSame = type switch
            {
                EtherNetIpType.Real => (float)written.Number == (float)read.Number || float.IsNaN((float)read.Number),
                EtherNetIpType.Lreal => written.Number.Equals(read.Number),
                _ => LosslessConversion.Whole(written) == LosslessConversion.Whole(read),
            };
            Assert.True(isSame, $"{type}: {written} became {read}");
        });
    }

    [Theory]
    [InlineData("SINT", 128)]
    [InlineData("USINT", -1)]
    [InlineData("INT", 32768)]
    [InlineData("BOOL", 2)]
    public void What_does_not_fit_is_refused(string name, long value)
    {
        var type = EtherNetIpTypes.Parse(name)!.Value;
        Assert.NotNull(EtherNetIpValues.Write(type, value, new byte[type.Bytes()]));
    }

    [Fact]
    public void Texts_read_back()
    {
        Gen.String.Where(text => !text.Any(char.IsSurrogate)).ForAll(text =>
        {
            var bytes = EtherNetIpTexts.Encode(text);
            byte[] structure = [.. BitConverter.GetBytes(bytes.Length), .. bytes, 0, 0];
            Assert.Equal(text, EtherNetIpTexts.Read(structure, bytes.Length));
            Assert.Equal(text, EtherNetIpTexts.ReadLong([(byte)bytes.Length, (byte)(bytes.Length >> 8), .. bytes]));
            if (bytes.Length <= 255) Assert.Equal(text, EtherNetIpTexts.ReadShort([(byte)bytes.Length, .. bytes]));
        });
        Assert.Equal("Nº 5", EtherNetIpTexts.Read([4, 0, 0, 0, (byte)'N', 0xBA, (byte)' ', (byte)'5'], 82));
    }

    [Theory]
    [InlineData("FFFFFFFF 41")]
    [InlineData("02000000 41")]
    [InlineData("00000080 41")]
    [InlineData("0100")]
    public void A_length_that_no_text_has_is_none(string hex) =>
        Assert.Null(EtherNetIpTexts.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 82));
}
