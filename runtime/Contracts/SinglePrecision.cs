using System.Globalization;

namespace PlantRuntime.Contracts;

/// <summary>
/// Calculates with singles as people write them: REAL 0.1 × 10 is 1, and REAL 0.1 is not above 0.1, although the double with its bits is
/// 0.10000000149. Pure.
/// </summary>
public static class SinglePrecision
{
    /// <summary>Returns the double with the same shortest digits as the single: 0.1, not 0.10000000149.</summary>
    public static double Widen(float number)
    {
        Span<byte> digits = stackalloc byte[32];
        number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        return double.Parse(digits[..written], CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Returns a number × factor + offset. A single remains a single, unless the sum has more digits than a single holds; an integer
    /// remains one if nothing changes; everything else becomes a double. A value that is not a number is returned as it is.
    /// </summary>
    public static Value Scale(Value value, double factor, double offset)
    {
        if (!value.IsNumber || (factor == 1 && offset == 0)) return value;
        var result = Multiply(value.Number, factor) + offset;
        if (value.Kind != ValueKind.Float32) return Value.Of(result);
        var single = (float)value.Number;
        var rounded = (float)result;
        var isExact = Math.Abs(rounded - result) <= Math.Abs(factor) * (MathF.BitIncrement(MathF.Abs(single)) - MathF.Abs(single));
        return isExact || !double.IsFinite(result) ? Value.Of(rounded) : Value.Of((Widen(single) * factor) + offset);
    }

    /// <summary>
    /// Returns a calculated number as a value: as a single if it comes from singles and a single can hold it, otherwise as a double.
    /// </summary>
    public static Value Result(double number, bool isFromSingles) =>
        isFromSingles && (float.IsFinite((float)number) || !double.IsFinite(number)) ? Value.Of((float)number) : Value.Of(number);

    /// <summary>
    /// Returns a product. No double is exactly 0.1, so that 2301 × 0.1 is 230.10000000000002; the division by 10 gives the 230.1 that was
    /// meant. The same holds for every factor that is the nearest double to one divided by a whole number.
    /// </summary>
    private static double Multiply(double number, double factor)
    {
        if (factor == 0 || Math.Abs(factor) >= 1) return number * factor;
        var divisor = Math.Round(1 / factor);
        return 1 / divisor == factor ? number / divisor : number * factor;
    }

    /// <summary>Returns a limit in the precision of a value, so that both can be compared: rounded to a single for a single.</summary>
    public static double LimitFor(Value value, double limit) => value.Kind == ValueKind.Float32 ? (float)limit : limit;
}
