using PlantRuntime.Contracts;
using System.Globalization;

namespace PlantRuntime.Sites.Text;

/// <summary>Parses sizes as in site.toml: <c>"512MB"</c>; KB, MB and GB are powers of 1024. Pure.</summary>
internal static class Size
{
    /// <summary>The expected form, for error texts.</summary>
    public const string Expected = "a size such as \"64KB\", \"512MB\" or \"2GB\"";

    private static readonly string[] Units = ["B", "KB", "MB", "GB"];

    /// <summary>Parses a size of at least 0, or returns an error text.</summary>
    public static bool TryParse(string text, out ByteSize size, out string problem)
    {
        size = default;
        ReadOnlySpan<char> rest = text;
        if (!NumberWithUnit.TryConsume(ref rest, out var number, out var unit) || !rest.IsEmpty)
        {
            problem = $"expected {Expected}, found \"{text}\"";
            return false;
        }

        var power = Array.IndexOf(Units, unit.ToString());
        if (power < 0)
        {
            problem = $"expected {Expected}, found \"{text}\"" + (unit.IsEmpty
                ? string.Create(CultureInfo.InvariantCulture, $": the unit is missing, write \"{number}B\" or \"{number}MB\"")
                : Nearest.DidYouMean(unit.ToString(), Units));
            return false;
        }

        var bytesOfUnit = 1L << (10 * power);
        problem = number > long.MaxValue / bytesOfUnit ? $"\"{text}\" is larger than any size can be" : "";
        if (problem.Length == 0) size = new ByteSize((long)(number * bytesOfUnit));
        return problem.Length == 0;
    }
}

/// <summary>Parses a number with a unit after it, such as <c>"250ms"</c> or <c>"512MB"</c>. Pure.</summary>
internal static class NumberWithUnit
{
    /// <summary>
    /// Parses a number and the letters after it and removes them from the front of <paramref name="rest"/>. Returns false if there is no
    /// valid number; the text is removed nevertheless.
    /// </summary>
    public static bool TryConsume(ref ReadOnlySpan<char> rest, out decimal number, out ReadOnlySpan<char> unit)
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
