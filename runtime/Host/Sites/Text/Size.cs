using PlantRuntime.Recipes;
using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>Sizes as site.toml writes them: <c>"512MB"</c>; KB, MB and GB are powers of 1024.</summary>
internal static class Size
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a size such as \"64KB\", \"512MB\" or \"2GB\"";

    private static readonly string[] Units = ["B", "KB", "MB", "GB"];

    /// <summary>Reads a size of at least 0, or says what is wrong with it.</summary>
    public static bool TryParse(string text, out ByteSize size, out string problem)
    {
        size = default;
        ReadOnlySpan<char> rest = text;
        if (!Quantity.Take(ref rest, out var number, out var unit) || !rest.IsEmpty)
        {
            problem = $"expected {Expected}, found \"{text}\"";
            return false;
        }

        var power = Array.IndexOf(Units, unit.ToString());
        if (power < 0)
        {
            problem = $"expected {Expected}, found \"{text}\"" + (unit.IsEmpty
                ? string.Create(CultureInfo.InvariantCulture, $": the unit is missing, write \"{number}B\" or \"{number}MB\"")
                : Nearest.Hint(unit.ToString(), Units));
            return false;
        }

        var bytesOfUnit = 1L << (10 * power);
        problem = number > long.MaxValue / bytesOfUnit ? $"\"{text}\" is larger than any size can be" : "";
        if (problem.Length == 0) size = new ByteSize((long)(number * bytesOfUnit));
        return problem.Length == 0;
    }
}
