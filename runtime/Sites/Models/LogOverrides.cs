using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The settings of <c>[log]</c> that the environment gives, so that a service or a container sets them without an edit of site.toml. They
/// have priority over site.toml; an empty variable counts as not set. Immutable.
/// </summary>
/// <param name="Level">Of PLANT_LOG_LEVEL; null when not set.</param>
/// <param name="Format">Of PLANT_LOG_FORMAT; null when not set.</param>
/// <param name="File">Of PLANT_LOG_FILE, from the site folder; null when not set.</param>
internal sealed record LogOverrides(LogLevel? Level, LogFormat? Format, string? File)
{
    private const string LevelVariable = "PLANT_LOG_LEVEL";
    private const string FormatVariable = "PLANT_LOG_FORMAT";
    private const string FileVariable = "PLANT_LOG_FILE";

    /// <summary>The names of the variables.</summary>
    public static readonly IReadOnlyList<string> Variables = [LevelVariable, FormatVariable, FileVariable];

    /// <summary>Nothing is set.</summary>
    public static readonly LogOverrides None = new(null, null, null);

    /// <summary>Reads the variables; a word that is none of those expected is a problem.</summary>
    public static LogOverrides Read(Func<string, string?> environment, ProblemList problems) => new(
        ReadWord<LogLevel>(LevelVariable, environment, problems), ReadWord<LogFormat>(FormatVariable, environment, problems),
        environment(FileVariable) is { } file && !string.IsNullOrWhiteSpace(file) ? file : null);

    /// <summary>Returns the settings that apply.</summary>
    public LogOptions ApplyTo(LogOptions options) =>
        options with { Level = Level ?? options.Level, Format = Format ?? options.Format, File = File ?? options.File };

    private static T? ReadWord<T>(string variable, Func<string, string?> environment, ProblemList problems)
        where T : struct, Enum
    {
        if (environment(variable)?.Trim() is not { Length: > 0 } text) return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals($"{value}", text, StringComparison.OrdinalIgnoreCase)) return value;
        }

        var words = Enum.GetNames<T>().Select(n => n.ToLowerInvariant()).ToList();
        var expected = $"expected {string.Join(", ", words[..^1])} or {words[^1]}";
        problems.Add(new SourceLocation("environment", 0, 0), $"{variable}: {expected}, found \"{text}\"{Nearest.DidYouMean(text, words)}");
        return null;
    }
}
