using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Tests the conversion of text to numbers with examples, and against a reference in exact arithmetic.</summary>
public sealed partial class NumberTextTests
{
    private static readonly Gen<string> s_digits = Gen.Char['0', '9'].Array[0, 5].Select(c => new string(c));

    // Mostly numbers and near misses of numbers, for both separators.
    private static readonly Gen<string> s_text = Gen.Frequency(
        (6, Gen.Select(
            OneOf("", "-", "+", " ", "\uFEFF", "--"), s_digits, OneOf("", ".", ",", ".", ",", "..", "'"), s_digits,
            OneOf("", "", ".", ","), s_digits, OneOf("", "", "e3", "E-5", "e", "e+400", "e-400", " ", "\0", "\r\n", "x"),
            (sign, a, first, b, second, c, end) => sign + a + first + b + second + c + end)),
        (2, Gen.Double.Select(d => d.ToString("R", CultureInfo.InvariantCulture))),
        (1, Gen.Long.Select(l => l.ToString(CultureInfo.InvariantCulture))),
        (1, Gen.ULong.Select(l => l.ToString(CultureInfo.InvariantCulture))),
        (1, OneOf([.. "019.,-+e Na\u0661\uFF11\u00A0"]).Array[0, 12].Select(c => new string(c))));

    [Theory]
    [InlineData("25", 25.0)]
    [InlineData("-0.5", -0.5)]
    [InlineData("+.5", 0.5)]
    [InlineData("5.", 5.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("\uFEFF 23.5\r\n\0\0", 23.5)]
    [InlineData("1,5", null)]
    [InlineData("23,5", null)]
    [InlineData("1,2,3", null)]
    [InlineData("1.234,5", null)]
    [InlineData("1,234.5", null)]
    [InlineData("1'000", null)]
    [InlineData("1 000", null)]
    [InlineData("1_000", null)]
    [InlineData("0x10", null)]
    [InlineData("(5)", null)]
    [InlineData("5-", null)]
    [InlineData("$5", null)]
    [InlineData("5 bar", null)]
    [InlineData("١٢", null)]
    [InlineData("−5", null)]
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("∞", null)]
    [InlineData("1e999", null)]
    [InlineData("1e-999", null)]
    [InlineData("0e-999", 0.0)]
    [InlineData("true", null)]
    [InlineData("", null)]
    [InlineData(" ", null)]
    public void A_text_is_a_number_or_it_is_none(string text, double? expected)
    {
        Assert.Equal(expected is not null, NumberText.TryParse(text, out var number));
        Assert.Equal(expected ?? double.NaN, Value.Of(text).Number);
        if (expected is not null) Assert.Equal(Value.Of(expected.Value), number);
    }

    [Theory]
    [InlineData("1,5", 1.5)]
    [InlineData("23,5", 23.5)]
    [InlineData("1.234,5", 1234.5)]
    [InlineData("12.345.678,25", 12345678.25)]
    [InlineData("1234", 1234.0)]
    [InlineData("1,2,3", null)]
    [InlineData("1.234", null)]
    [InlineData("1.5", null)]
    [InlineData("12.34,5", null)]
    [InlineData("0.123,5", null)]
    [InlineData("1234.567,5", null)]
    [InlineData("1.234,", null)]
    public void With_a_decimal_comma_a_point_only_separates_groups(string text, double? expected)
    {
        Assert.Equal(expected is not null, NumberText.TryParse(text, out var number, DecimalSeparator.Comma));
        if (expected is not null) Assert.Equal(Value.Of(expected.Value), number);
    }

    [Theory]
    [InlineData("9007199254740992", "Float64 9007199254740992")]
    [InlineData("9007199254740993", "Int 9007199254740993")]
    [InlineData("-9223372036854775808", "Int -9223372036854775808")]
    [InlineData("18446744073709551615", "UInt 18446744073709551615")]
    [InlineData("18446744073709551616", "Float64 1.8446744073709552E+19")]
    public void Integers_stay_exact(string text, string expected)
    {
        Assert.True(NumberText.TryParse(text, out var number));
        Assert.Equal(expected, $"{number.Kind} {number}");
    }

    [Fact]
    public void The_reason_holds_the_text_in_one_bounded_line()
    {
        Assert.Equal("the text \"23,5\" is not a number; with decimal = \"comma\" the tag reads it as 23.5", NumberText.Describe("23,5"));
        Assert.Equal("the text \"a\\u001B[2J\\u202Eb\" is not a number", NumberText.Describe("a\u001B[2J\u202Eb"));
        Assert.Equal("the text \"\\uD800x\" is not a number", NumberText.Describe("\uD800x"));
        var reason = NumberText.Describe(new string('x', 5_000_000));
        Assert.EndsWith("…\" (5000000 characters) is not a number", reason, StringComparison.Ordinal);
        Assert.InRange(reason.Length, 40, 120);
    }

    [Fact]
    public void It_agrees_with_exact_arithmetic_and_never_reads_another_number()
    {
        var (numbers, others) = (0, 0);
        Gen.Select(s_text, Gen.Enum<DecimalSeparator>()).ForAll(
            (text, separator) =>
            {
                var expected = Reference(text, separator);
                var isNumber = NumberText.TryParse(text, out var number, separator);
                Assert.True(isNumber == (expected is not null), $"\"{text}\" with {separator}: {number}");
                if (expected is not { } exact)
                {
                    Interlocked.Increment(ref others);
                    return;
                }

                Interlocked.Increment(ref numbers);
                Assert.True(IsNearest(exact, number), $"\"{text}\" with {separator}: {number}");
            },
            iter: 50_000);
        Assert.True(numbers > 5_000 && others > 5_000, $"{numbers} numbers, {others} others");
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Returns the number as mantissa × 10^exponent by an independent reading of the rule; null if the text is none.</summary>
    private static (BigInteger Mantissa, int Exponent)? Reference(string text, DecimalSeparator separator)
    {
        var match = (separator == DecimalSeparator.Point ? PointForm() : CommaForm()).Match(text);
        if (!match.Success) return null;
        var fraction = match.Groups["f"].Value;
        var digits = match.Groups["w"].Value.Replace(".", "", StringComparison.Ordinal) + fraction;
        if (digits.Length == 0) return null;
        var mantissa = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        var exponent = match.Groups["e"].Success ? int.Parse(match.Groups["e"].Value, CultureInfo.InvariantCulture) : 0;
        exponent -= fraction.Length;
        if (match.Groups["s"].Value == "-") mantissa = -mantissa;
        if (mantissa.IsZero) return (mantissa, 0);

        // Half of the smallest number rounds to 0, and half an ulp above the largest one to an infinity.
        var isTooSmall = Compare(BigInteger.Abs(mantissa), exponent, BigInteger.One, 1075) <= 0;
        var limit = (BigInteger.One << 1024) - (BigInteger.One << 970);
        var isTooLarge = exponent > 0 && BigInteger.Abs(mantissa) * BigInteger.Pow(10, Math.Min(exponent, 2000)) >= limit;
        return isTooSmall || isTooLarge ? null : (mantissa, exponent);
    }

    private static bool IsNearest((BigInteger Mantissa, int Exponent) exact, Value value)
    {
        if (value.Kind is ValueKind.Int or ValueKind.UInt)
        {
            var whole = value.Kind == ValueKind.Int ? value.Int : (BigInteger)value.UInt;
            return exact.Exponent == 0 && exact.Mantissa == whole && BigInteger.Abs(whole) > BigInteger.One << 53;
        }

        var number = value.Number;
        var error = Error(exact, number);
        return error <= Error(exact, Math.BitIncrement(number)) && error <= Error(exact, Math.BitDecrement(number));
    }

    // |exact - number| in units that are the same for all numbers: times 10^1200 × 2^1100.
    private static BigInteger Error((BigInteger Mantissa, int Exponent) exact, double number)
    {
        if (!double.IsFinite(number)) return BigInteger.Pow(10, 4000);
        var bits = BitConverter.DoubleToInt64Bits(number);
        var power = (int)((bits >> 52) & 0x7FF);
        BigInteger fraction = (bits & ((1L << 52) - 1)) | (power > 0 ? 1L << 52 : 0);
        var scaled = (number < 0 ? -fraction : fraction) * BigInteger.Pow(10, 1200) << (Math.Max(power, 1) - 1075 + 1100);
        return BigInteger.Abs((exact.Mantissa * BigInteger.Pow(10, 1200 + exact.Exponent) << 1100) - scaled);
    }

    // Compares mantissa × 10^exponent with one × 2^-shift.
    private static int Compare(BigInteger mantissa, int exponent, BigInteger one, int shift) => exponent >= 0
        ? 1
        : ((mantissa << shift) - (one * BigInteger.Pow(10, -exponent))).Sign;

    [GeneratedRegex("""\A[\uFEFF \t\r\n\0]*(?<s>[+-]?)(?<w>[0-9]*)(?:\.(?<f>[0-9]*))?(?:[eE](?<e>[+-]?[0-9]+))?[\uFEFF \t\r\n\0]*\z""")]
    private static partial Regex PointForm();

    [GeneratedRegex("""
        \A[\uFEFF\x20\t\r\n\0]*(?<s>[+-]?)
        (?:(?<w>[1-9][0-9]{0,2}(?:\.[0-9]{3})+),(?<f>[0-9]+)|(?<w>[0-9]*)(?:,(?<f>[0-9]*))?(?:[eE](?<e>[+-]?[0-9]+))?)
        [\uFEFF\x20\t\r\n\0]*\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommaForm();
}
