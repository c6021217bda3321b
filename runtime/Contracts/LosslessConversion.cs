namespace PlantRuntime.Contracts;

/// <summary>
/// Converts values to the types of a device. A value that the type cannot hold without loss gives null; it is never truncated. Text is not
/// converted, even if it looks like a number. Pure.
/// </summary>
public static class LosslessConversion
{
    // Below the limit of Int128, 1.7e38, and above every integer type of a device.
    private const double TooLarge = 1e30;

    /// <summary>Returns the value as a whole number, TRUE as 1; null if it is not a whole number.</summary>
    public static Int128? Whole(Value value) => value.Kind switch
    {
        ValueKind.Bool or ValueKind.Int => value.Int,
        ValueKind.UInt => value.UInt,
        ValueKind.Float32 or ValueKind.Float64 when double.IsInteger(value.Number) && Math.Abs(value.Number) < TooLarge =>
            (Int128)value.Number,
        _ => null,
    };

    /// <summary>True for a finite number with a fraction, and for a list with one.</summary>
    public static bool HasFraction(Value value)
    {
        if (value.Kind is ValueKind.Float32 or ValueKind.Float64) return double.IsFinite(value.Number) && !double.IsInteger(value.Number);
        foreach (var item in value.Items)
        {
            if (HasFraction(item)) return true;
        }

        return false;
    }

    /// <summary>
    /// Returns the value as a single; null if it is not a number, or is too large or too small. A double is rounded to the nearest single,
    /// because measured values have limited precision; an integer is not rounded.
    /// </summary>
    public static float? Single(Value value)
    {
        if (!value.IsNumber) return null;
        var single = (float)value.Number;
        var isLost = value.Kind is ValueKind.Int or ValueKind.UInt
            ? (Int128)single != Whole(value)
            : (float.IsInfinity(single) && !double.IsInfinity(value.Number)) || (single == 0 && value.Number != 0);
        return isLost ? null : single;
    }

    /// <summary>
    /// Returns the value as a double; null if it is not a number, or an integer with too many digits. A single is widened exactly, not by
    /// its text: 0.1f becomes 0.10000000149.
    /// </summary>
    public static double? Double(Value value) =>
        !value.IsNumber || (value.Kind is ValueKind.Int or ValueKind.UInt && (Int128)value.Number != Whole(value)) ? null : value.Number;
}
