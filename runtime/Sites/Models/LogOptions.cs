using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Sites.Models;

/// <summary>The section <c>[log]</c>: level, format, path, size, number and age of the log files. Immutable.</summary>
internal sealed record LogOptions : IValidatedOptions
{
    // A smaller file would hold fewer than about 40 lines.
    private static readonly ByteSize SmallestFile = new(4 * 1024);

    /// <summary>
    /// The least level that is logged: debug, info, warn or error. PLANT_LOG_LEVEL of the environment takes its place. Applied at once.
    /// </summary>
    public LogLevel Level { get; init; } = LogLevel.Info;

    /// <summary>
    /// The form of the lines in the file and on the console: text, or json for one object per line. PLANT_LOG_FORMAT of the environment
    /// takes its place. The live table and the page show text.
    /// </summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>The file, from the site folder. PLANT_LOG_FILE of the environment takes its place.</summary>
    public string File { get; init; } = "logs/plant.log";

    /// <summary>Size at which a new file is begun; at least 4KB.</summary>
    public ByteSize MaxSize { get; init; } = new(10 * 1024 * 1024);

    /// <summary>
    /// Whether a new file is also begun with the first line of a day, in the time zone of the site. After a start, and after a step of the
    /// wall clock, the day counts once that clock has gone on for ten minutes.
    /// </summary>
    public bool Daily { get; init; }

    /// <summary>Number of full files that are kept beside the current one; 5 when not given, or 31 with <c>daily</c>.</summary>
    /// <example>keep = 10</example>
    [Bounds(0, 1000)]
    public int? Keep { get; init; }

    /// <summary>
    /// Age at which a full file is deleted although <c>keep</c> would keep it, counted from its last line and looked at once a day; at
    /// least 1d. Null when not given: only <c>keep</c> counts.
    /// </summary>
    /// <example>max_age = "90d"</example>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Number of full files that are kept, also when it is not given.</summary>
    internal int FilesKept => Keep ?? (Daily ? 31 : 5);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(File)) yield return ("file", "expected a path such as \"logs/plant.log\", found an empty string");
        if (MaxSize.Bytes < SmallestFile.Bytes) yield return ("max_size", $"expected at least \"{SmallestFile}\", found \"{MaxSize}\"");
        if (MaxAge < TimeSpan.FromDays(1)) yield return ("max_age", "expected at least \"1d\"");
    }
}

/// <summary>The form of log lines.</summary>
internal enum LogFormat
{
    /// <summary>Time, level, event word and <c>key=value</c> pairs.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}
