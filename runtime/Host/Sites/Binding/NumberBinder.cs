using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>Integers of every width, float and double, within their bounds.</summary>
internal static class NumberBinder
{
    /// <summary>True for types that this binds.</summary>
    public static bool Takes(Type type) => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Double;

    /// <summary>The number, or null after a problem.</summary>
    public static object? Bind(BindingScope scope, Type type, string key, TomlValue value, BoundsAttribute? bounds)
    {
        var isFloat = type == typeof(double) || type == typeof(float);
        return value switch
        {
            TomlInteger integer when !isFloat => BindInteger(scope, type, key, integer, bounds),
            TomlInteger integer => BindFloat(scope, type, key, value, integer.Value, bounds),
            TomlFloat number when isFloat => BindFloat(scope, type, key, value, number.Value, bounds),
            _ => scope.Expected(key, Words(isFloat ? "a number" : "an integer", bounds?.Low, bounds?.High), value),
        };
    }

    private static object? BindInteger(BindingScope scope, Type type, string key, TomlInteger integer, BoundsAttribute? bounds)
    {
        var (low, high) = RangeOf(type);
        if (bounds is not null) (low, high) = (Math.Max(low, ToDecimal(bounds.Low)), Math.Min(high, ToDecimal(bounds.High)));
        if (integer.Value >= low && integer.Value <= high) return Convert.ChangeType(integer.Value, type, CultureInfo.InvariantCulture);
        return scope.Fail(integer.At, $"{key}: expected {Words("an integer", (double)low, (double)high)}, found {integer.Value}");
    }

    private static object? BindFloat(BindingScope scope, Type type, string key, TomlValue at, double number, BoundsAttribute? bounds)
    {
        if (double.IsFinite(number) && !(number < bounds?.Low) && !(number > bounds?.High))
        {
            return Convert.ChangeType(number, type, CultureInfo.InvariantCulture);
        }

        var found = number.ToString(CultureInfo.InvariantCulture);
        return scope.Fail(at.At, $"{key}: expected {Words("a number", bounds?.Low, bounds?.High)}, found {found}");
    }

    // Infinite bounds, and those beyond 64 bits, bind nothing.
    private static decimal ToDecimal(double bound) => (decimal)Math.Clamp(bound, -1e20, 1e20);

    private static string Words(string what, double? low, double? high)
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
