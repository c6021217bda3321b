using System.Text.Json;
using PlantRuntime.Logging;

namespace PlantRuntime.Host.Cli;

/// <summary>A line of a site's log, as the API or the file of the log has it. Immutable.</summary>
/// <param name="Number">Its number since the start of the host; 0 in a file.</param>
/// <param name="Level">Its level.</param>
/// <param name="Text">The line, with time and level, without control characters.</param>
internal readonly record struct SiteLogLine(long Number, LogLevel Level, string Text)
{
    /// <summary>Parses the list of <c>/api/log</c> and of the event <c>log</c>.</summary>
    public static IEnumerable<SiteLogLine> Parse(JsonElement lines) => lines.EnumerateArray().Select(line => new SiteLogLine(
        line.GetProperty("number").GetInt64(), LevelFrom(line.GetProperty("level").GetString()),
        LogText.Sanitize(line.GetProperty("line").GetString(), int.MaxValue)));

    /// <summary>
    /// Parses a line of a log file: <c>time LEVEL …</c>, or an object with <c>level</c>. One that another program wrote has the level
    /// INFO.
    /// </summary>
    public static SiteLogLine Parse(string line)
    {
        var level = line.StartsWith('{') ? JsonLevel(line) : line.Split(' ', 3) is [_, var word, _] ? word : null;
        return new SiteLogLine(0, LevelFrom(level), LogText.Sanitize(line, int.MaxValue));
    }

    private static string? JsonLevel(string line)
    {
        try
        {
            return JsonElement.Parse(line).TryGetProperty("level", out var level) && level.ValueKind == JsonValueKind.String
                ? level.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static LogLevel LevelFrom(string? level) =>
        Enum.TryParse<LogLevel>(level, ignoreCase: true, out var known) ? known : LogLevel.Info;
}
