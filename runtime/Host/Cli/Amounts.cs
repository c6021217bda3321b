using System.Globalization;

namespace PlantRuntime.Host.Cli;

/// <summary>Formats sizes and durations for the tables of the command line. Pure.</summary>
internal static class Amounts
{
    /// <summary>Formats a number of bytes: 1.5 KB, 3 MB.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MB"),
    };

    /// <summary>Formats seconds: 12s, 5min, 7h, 12d.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, seconds):0}s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0}d"),
    };
}
