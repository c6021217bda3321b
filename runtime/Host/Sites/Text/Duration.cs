using System.Globalization;

namespace PlantRuntime.Host.Sites.Text;

/// <summary>Durations as site.toml and the command line write them.</summary>
internal static class Duration
{
    private const string Example = "\"250ms\", \"1s\", \"5min\", \"1h\" or \"7d\"";

    private static readonly (string Unit, long Ticks)[] s_units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("min", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond), ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>Reads a number and a unit; <paramref name="error"/> says what was expected.</summary>
    public static bool TryParse(string text, out TimeSpan duration, out string error)
    {
        duration = default;
        error = $"expected a duration such as {Example}, found \"{text}\"";
        foreach (var (unit, ticks) in s_units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!double.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            if (number * ticks > TimeSpan.TicksPerDay * 36500.0)
            {
                error = $"\"{text}\" is longer than a hundred years";
                return false;
            }

            duration = TimeSpan.FromTicks((long)Math.Round(number * ticks));
            return true;
        }

        return false;
    }

    /// <summary>The same form back: in the largest unit that leaves no fraction.</summary>
    public static string ToText(TimeSpan duration)
    {
        foreach (var (unit, ticks) in s_units.OrderByDescending(u => u.Ticks))
        {
            if (duration.Ticks != 0 && duration.Ticks % ticks == 0) return $"{duration.Ticks / ticks}{unit}";
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");
    }
}
