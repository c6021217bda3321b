using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using System.Globalization;

namespace PlantRuntime.Host.Sites;

/// <summary>Durations as site.toml writes them: <c>"250ms" "1s" "1.5s" "5min" "1h" "1h30min" "7d"</c>.</summary>
internal static class Duration
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a duration such as \"250ms\", \"1s\", \"5min\", \"1h\" or \"7d\"";

    private static readonly string[] Units = ["ms", "s", "min", "h", "d"];

    /// <summary>Reads a duration of at least 0, or says what is wrong with it.</summary>
    public static bool TryParse(string text, out TimeSpan duration, out string problem)
    {
        duration = default;
        var ticks = 0m;
        ReadOnlySpan<char> rest = text;
        do
        {
            if (!Quantity.Take(ref rest, out var number, out var unit))
            {
                problem = $"expected {Expected}, found \"{text}\"";
                return false;
            }

            if (TicksOf(unit) is not { } ticksOfUnit)
            {
                problem = $"expected {Expected}, found \"{text}\"{UnitHint(unit.ToString(), number)}";
                return false;
            }

            // Both are far below what a decimal holds, unless the number alone is beyond any duration.
            ticks = number > long.MaxValue / ticksOfUnit ? decimal.MaxValue : ticks + (number * ticksOfUnit);
        }
        while (!rest.IsEmpty && ticks <= long.MaxValue);

        problem = ticks > long.MaxValue ? $"\"{text}\" is longer than any duration can be" : "";
        if (problem.Length == 0) duration = new TimeSpan((long)ticks);
        return problem.Length == 0;
    }

    /// <summary>A duration as site.toml writes it, in the largest unit that leaves it whole.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach (var unit in Units.Reverse())
        {
            if (duration != TimeSpan.Zero && duration.Ticks % TicksOf(unit)!.Value == 0) return $"{duration.Ticks / TicksOf(unit)}{unit}";
        }

        return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds}ms");
    }

    private static string UnitHint(string unit, decimal number) => unit switch
    {
        "" => string.Create(CultureInfo.InvariantCulture, $": the unit is missing, write \"{number}ms\" or \"{number}s\""),
        "m" => string.Create(CultureInfo.InvariantCulture, $": write \"{number}min\" or \"{number}ms\""),
        _ => Nearest.Hint(unit, Units),
    };

    private static long? TicksOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "min" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        "d" => TimeSpan.TicksPerDay,
        _ => null,
    };
}
