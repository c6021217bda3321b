using System.Globalization;

namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>Durations as site.toml writes them.</summary>
internal static class DurationText
{
    public const string Examples = "250ms, 10s, 5min, 1h or 7d";

    private const double MostSeconds = 36_500.0 * 24 * 3600;

    private static readonly Dictionary<string, double> s_seconds = new(StringComparer.Ordinal)
    {
        ["ms"] = 0.001, ["s"] = 1, ["min"] = 60, ["h"] = 3600, ["d"] = 24 * 3600,
    };

    /// <summary>Reads "1.5s"; false for no duration, for less than a millisecond and for more than a hundred years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExcept("0123456789.");
        if (digits <= 0 || !s_seconds.TryGetValue(text[digits..], out var unit)) return false;
        var isNumber = double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
        if (!isNumber || count * unit is < 0.001 or > MostSeconds) return false;
        duration = TimeSpan.FromSeconds(count * unit);
        return true;
    }
}
