using System.Globalization;

namespace PlantRuntime.Host.Sites;

/// <summary>A number with a unit after it, as <c>"250ms"</c> or <c>"512MB"</c>.</summary>
internal static class Quantity
{
    /// <summary>
    /// Takes a number and the letters after it off the front of <paramref name="rest"/>. False when there is no number, or none that ends.
    /// </summary>
    public static bool Take(ref ReadOnlySpan<char> rest, out decimal number, out ReadOnlySpan<char> unit)
    {
        var digits = rest.IndexOfAnyExcept("0123456789.") is var end and >= 0 ? end : rest.Length;
        var isNumber = decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
        rest = rest[digits..];
        var letters = rest.IndexOfAny("0123456789.") is var next and >= 0 ? next : rest.Length;
        unit = rest[..letters];
        rest = rest[letters..];
        return isNumber;
    }
}
