using System.Globalization;
using System.Reflection;

namespace PlantRuntime.Storage;

/// <summary>
/// Reads and writes <c>data/format</c>, which names the format of a site's <c>data</c> folder as a whole and the version that wrote it:
/// <c>1 0.1.0</c>. A folder without it is older than the file and can be read. Raised when a version writes files there that versions
/// before it would misread. Stateless; does blocking disk I/O.
/// </summary>
public static class DataFormat
{
    /// <summary>The format that this version writes; it reads this one and all before.</summary>
    public const int Current = 1;

    private const int MostCharacters = 200;

    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(DataFormat).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Returns the reason why this version must not use the site's data; null if it may.</summary>
    /// <param name="dataFolder">The folder of the site's data.</param>
    public static string? WhyRefused(string dataFolder)
    {
        var path = PathOf(dataFolder);
        return Read(path) is not var (format, version) || format <= Current ? null
            : $"{Path.GetDirectoryName(path)} was written by plant {version} (format {format}); this is plant {Version}, which reads "
                + $"formats up to {Current}: run plant {version} or newer, or restore a backup that this version made";
    }

    /// <summary>
    /// Writes the format and version of this program, if they are not there already. The host calls it when it owns the queue.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write the file.</exception>
    public static void Mark(string dataFolder)
    {
        var path = PathOf(dataFolder);
        if (Read(path) == (Current, Version)) return;
        AtomicFile.Write(path, System.Text.Encoding.ASCII.GetBytes($"{Current} {Version}\n"), Path.GetDirectoryName(path)!);
    }

    private static string PathOf(string dataFolder) => Path.Combine(dataFolder, "format");

    /// <returns>Null without a file, and for one that is damaged: the files themselves have formats too.</returns>
    private static (int Format, string Version)? Read(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= MostCharacters }) return null;
            var parts = File.ReadAllText(path).Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
            return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var format)
                ? (format, parts[1]) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
