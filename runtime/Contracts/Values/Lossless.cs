namespace PlantRuntime.Contracts;

/// <summary>
/// Values on their way into a device's types: what a type cannot hold without loss is refused, not cut off. Text is no number: what looks
/// like one may be a mistake.
/// </summary>
public static class Lossless
{
    private const double Beyond = 1e30;

    /// <summary>The value as a whole number, TRUE as 1; null when it is none.</summary>
    public static Int128? Whole(Value value) => value.Kind switch
    {
        ValueKind.Bool or ValueKind.Int => value.Int,
        ValueKind.UInt => value.UInt,
        ValueKind.Float32 or ValueKind.Float64 when double.IsInteger(value.Number) && Math.Abs(value.Number) < Beyond => (Int128)value.Number,
        _ => null,
    };

    /// <summary>
    /// The value as a single; null when it is no number, or too large or too small for one. A double is rounded to the nearest single, as a
    /// measured value is of a limited precision by nature; an integer is not.
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
    /// The value as a double; null when it is no number, or an integer of too many digits. A single is widened by its digits' value, not by
    /// its text: 0.1f is 0.10000000149.
    /// </summary>
    public static double? Double(Value value) =>
        !value.IsNumber || (value.Kind is ValueKind.Int or ValueKind.UInt && (Int128)value.Number != Whole(value)) ? null : value.Number;
}
