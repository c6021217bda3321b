using System.Globalization;

namespace PlantRuntime.Plugins.Simulator.Addresses;

/// <summary>Parses durations in the form that site.toml uses: a number and ms, s, min, h or d. Pure.</summary>
internal static class DurationParser
{
    public const string Examples = "250ms, 10s, 5min, 1h or 7d";

    // A hundred years of 365 days.
    private const double MaxSeconds = 36_500.0 * 24 * 3600;

    private static readonly Dictionary<string, double> s_seconds = new(StringComparer.Ordinal)
    {
        ["ms"] = 0.001, ["s"] = 1, ["min"] = 60, ["h"] = 3600, ["d"] = 24 * 3600,
    };

    /// <summary>Parses "1.5s". Returns false for another form, for less than a millisecond and for more than a hundred years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExcept("0123456789.");
        if (digits <= 0 || !s_seconds.TryGetValue(text[digits..], out var unit)) return false;
        var isNumber = double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count);
        if (!isNumber || count * unit is < 0.001 or > MaxSeconds) return false;
        duration = TimeSpan.FromSeconds(count * unit);
        return true;
    }
}
