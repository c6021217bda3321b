using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.Text;

/// <summary>Parses and formats durations as in site.toml: <c>"250ms" "1s" "1.5s" "5min" "1h" "1h30min" "7d"</c>. Pure.</summary>
internal static class DurationText
{
    /// <summary>The expected form, for error texts.</summary>
    public const string Expected = "a duration such as \"250ms\", \"1s\", \"5min\", \"1h\" or \"7d\"";

    private static readonly string[] Units = ["ms", "s", "min", "h", "d"];

    /// <summary>Parses a duration of at least 0, or returns an error text.</summary>
    public static bool TryParse(string text, out TimeSpan duration, out string problem)
    {
        duration = default;
        var ticks = 0m;
        ReadOnlySpan<char> rest = text;
        do
        {
            if (!NumberWithUnit.TryConsume(ref rest, out var number, out var unit))
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

    /// <summary>Returns a duration as in site.toml, in the largest unit of which it is a whole number.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach (var unit in Units.Reverse())
        {
            if (duration != TimeSpan.Zero && duration.Ticks % TicksOf(unit)!.Value == 0) return $"{duration.Ticks / TicksOf(unit)}{unit}";
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)duration.Ticks / TimeSpan.TicksPerMillisecond}ms");
    }

    private static string UnitHint(string unit, decimal number) => unit switch
    {
        "" => string.Create(CultureInfo.InvariantCulture, $": the unit is missing, write \"{number}ms\" or \"{number}s\""),
        "m" => string.Create(CultureInfo.InvariantCulture, $": write \"{number}min\" or \"{number}ms\""),
        _ => Nearest.DidYouMean(unit, Units),
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

/// <summary>Limits durations of site.toml to those that a timer of the host supports. Pure.</summary>
internal static class DurationRules
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    // Timers count milliseconds in 32 bits.
    private static readonly TimeSpan Most = TimeSpan.FromDays(24);

    /// <summary>The error of each duration, by key, that no timer supports.</summary>
    public static IEnumerable<(string Key, string Message)> Check(params (string Key, TimeSpan? Time)[] times) =>
        from time in times
        where time.Time < Least || time.Time > Most
        select (time.Key, $"expected from {Quoted(Least)} to {Quoted(Most)}, found {Quoted(time.Time!.Value)}");

    private static string Quoted(TimeSpan time) => $"\"{DurationText.Format(time)}\"";
}
