using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites.Text;

/// <summary>Sizes as site.toml writes them.</summary>
internal static class Size
{
    private static readonly (string Unit, int Shift)[] s_units = [("KB", 10), ("MB", 20), ("GB", 30), ("B", 0)];

    /// <summary>Reads a whole number and a unit; <paramref name="error"/> says what was expected.</summary>
    public static bool TryParse(string text, out ByteSize size, out string error)
    {
        size = default;
        error = $"expected a size such as \"64KB\", \"512MB\" or \"2GB\", found \"{text}\"";
        foreach (var (unit, shift) in s_units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!long.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift) return false;
            size = new ByteSize(number << shift);
            return true;
        }

        return false;
    }
}
