using System.Globalization;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Cli;

namespace PlantRuntime.Host.Tests;

/// <summary>Values as people read them.</summary>
public class ValueTextTests
{
    public static TheoryData<double, string> Doubles => new()
    {
        { 123456789, "123456789" }, { 123456789.5, "123456789.5" }, { 0.1 + 0.2, "0.3" }, { 1.0 / 3, "0.333333333333333" },
        { 100, "100" }, { -2.5, "-2.5" }, { 0, "0" }, { -0.0, "0" }, { 1e-4, "0.0001" }, { 0.00012345, "0.00012345" },
        { 9.9e-5, "9.9E-05" }, { -1e-7, "-1E-07" }, { 999999999999999, "999999999999999" }, { 999999999999999.9, "1000000000000000" },
        { 1e15, "1E+15" }, { -1.5e20, "-1.5E+20" }, { 1e300, "1E+300" }, { double.Epsilon, "4.94065645841247E-324" },
        { 9007199254740993, "9.00719925474099E+15" }, { 1e14, "100000000000000" }, { double.NaN, "NaN" },
        { double.PositiveInfinity, "Infinity" }, { double.NegativeInfinity, "-Infinity" },
    };

    public static TheoryData<float, string> Singles => new()
    {
        { 0.1f, "0.1" }, { 1f / 3, "0.3333333" }, { 12.345678f, "12.34568" }, { 9999999f, "9999999" }, { 16777216f, "16777216" },
        { 123456789f, "123456790" }, { 1e14f, "100000000000000" }, { 1e15f, "1000000000000000" }, { 1e16f, "1E+16" },
        { 3.4e38f, "3.4E+38" }, { 1e-4f, "0.0001" },
        { 1e-5f, "1E-05" }, { -230.1f, "-230.1" }, { float.Epsilon, "1.401298E-45" }, { float.NaN, "NaN" }, { 0f, "0" },
    };

    [Theory]
    [MemberData(nameof(Doubles))]
    public void A_double_has_at_most_15_digits(double number, string expected) =>
        Assert.Equal(expected, ValueText.Format(Value.Of(number)));

    [Theory]
    [MemberData(nameof(Singles))]
    public void A_single_has_at_most_7_digits_and_loses_none_before_the_point(float number, string expected) =>
        Assert.Equal(expected, ValueText.Format(Value.Of(number)));

    [Fact]
    public void Other_values_are_one_line_without_control_characters()
    {
        Assert.Equal("-9223372036854775808", ValueText.Format(long.MinValue));
        Assert.Equal("18446744073709551615", ValueText.Format(ulong.MaxValue));
        Assert.Equal("TRUE", ValueText.Format(true));
        Assert.Equal("-", ValueText.Format(Value.Null));
        Assert.Equal("[1, 0.3, -]", ValueText.Format(Value.Of([1, 0.1 + 0.2, Value.Null])));
        Assert.Equal("a\\nb\\u001B[2J", ValueText.Format("a\nb\u001b[2J"));
    }

    [Fact]
    public void A_number_between_a_ten_thousandth_and_1E15_has_no_exponent_and_is_the_same_to_its_digits() =>
        Gen.Select(Gen.Double[-3.99, 14.99], Gen.Bool).ForAll((power, isNegative) =>
        {
            var number = Math.Pow(10, power) * (isNegative ? -1 : 1);
            var text = ValueText.Format(Value.Of(number));
            Assert.DoesNotContain('E', text);
            Assert.Equal(number, double.Parse(text, CultureInfo.InvariantCulture), Math.Abs(number) * 1e-14);
            var single = ValueText.Format(Value.Of((float)number));
            Assert.DoesNotContain('E', single);
            Assert.Equal((float)number, float.Parse(single, CultureInfo.InvariantCulture), MathF.Abs((float)number) * 1e-6f);
        }, iter: 2000);

    [Theory]
    [InlineData(136.969951151112, 15, "136.96995115111")]
    [InlineData(136.969951151112, 6, "136.97")]
    [InlineData(-0.000123456789, 9, "-0.000123")]
    [InlineData(1.23456789e20, 10, "1.2346E+20")]
    [InlineData(123456789.5, 4, "123456790")]
    public void A_number_is_rounded_to_the_width_of_its_column(double number, int width, string expected) =>
        Assert.Equal(expected, ValueText.Format(Value.Of(number), width));
}
