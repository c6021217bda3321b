using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Converts a TOML integer or float to a C# integer of any width, a float or a double, and checks type and bounds. Problems are added to
/// the context; used by the thread that owns the context.
/// </summary>
internal static class NumberBinder
{
    /// <summary>
    /// True for the types that <see cref="Bind"/> converts to. Also true for enums, whose type code is that of their integer; so
    /// <see cref="ValueBinder"/> tests for enums first.
    /// </summary>
    public static bool CanBind(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Double;

    /// <summary>Returns the number as a boxed <paramref name="type"/>, or null after a problem.</summary>
    public static object? Bind(BindingContext context, Type type, string key, TomlValue value, BoundsAttribute? bounds)
    {
        var isFloat = type == typeof(double) || type == typeof(float);
        return value switch
        {
            TomlInteger integer when !isFloat => BindInteger(context, type, key, integer, bounds),
            TomlInteger integer => BindFloat(context, type, key, value, integer.Value, bounds),
            TomlFloat number when isFloat => BindFloat(context, type, key, value, number.Value, bounds),
            _ => context.Expected(key, Describe(isFloat ? "a number" : "an integer", bounds?.Low, bounds?.High), value),
        };
    }

    private static object? BindInteger(BindingContext context, Type type, string key, TomlInteger integer, BoundsAttribute? bounds)
    {
        var (low, high) = RangeOf(type);
        if (bounds is not null) (low, high) = (Math.Max(low, ToDecimal(bounds.Low)), Math.Min(high, ToDecimal(bounds.High)));
        if (integer.Value >= low && integer.Value <= high) return Convert.ChangeType(integer.Value, type, CultureInfo.InvariantCulture);
        return context.Fail(integer.At, $"{key}: expected {Describe("an integer", (double)low, (double)high)}, found {integer.Value}");
    }

    private static object? BindFloat(BindingContext context, Type type, string key, TomlValue at, double number, BoundsAttribute? bounds)
    {
        if (double.IsFinite(number) && !(number < bounds?.Low) && !(number > bounds?.High))
        {
            return Convert.ChangeType(number, type, CultureInfo.InvariantCulture);
        }

        var found = number.ToString(CultureInfo.InvariantCulture);
        return context.Fail(at.At, $"{key}: expected {Describe("a number", bounds?.Low, bounds?.High)}, found {found}");
    }

    // Bounds beyond 64 bits, such as infinities, are clamped to values outside 64 bits that a decimal can hold, so they limit nothing.
    private static decimal ToDecimal(double bound) => (decimal)Math.Clamp(bound, -1e20, 1e20);

    private static string Describe(string what, double? low, double? high)
    {
        var from = low is > -9e18 ? string.Create(CultureInfo.InvariantCulture, $"{low}") : null;
        var to = high is < 9e18 ? string.Create(CultureInfo.InvariantCulture, $"{high}") : null;
        return (from, to) switch
        {
            (null, null) => what,
            (_, null) => $"{what} of at least {from}",
            (null, _) => $"{what} of at most {to}",
            _ => $"{what} from {from} to {to}",
        };
    }

    private static (decimal Low, decimal High) RangeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => (sbyte.MinValue, sbyte.MaxValue),
        TypeCode.Byte => (byte.MinValue, byte.MaxValue),
        TypeCode.Int16 => (short.MinValue, short.MaxValue),
        TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
        TypeCode.Int32 => (int.MinValue, int.MaxValue),
        TypeCode.UInt32 => (uint.MinValue, uint.MaxValue),
        TypeCode.UInt64 => (ulong.MinValue, ulong.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };
}
