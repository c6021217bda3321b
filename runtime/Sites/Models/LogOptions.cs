using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Sites.Models;

/// <summary>The section <c>[log]</c>: level, path, size and number of the log files. Immutable.</summary>
internal sealed record LogOptions : IValidatedOptions
{
    // A smaller file would hold fewer than about 40 lines.
    private static readonly ByteSize SmallestFile = new(4 * 1024);

    /// <summary>The least level that is logged.</summary>
    public LogLevel Level { get; init; } = LogLevel.Info;

    /// <summary>The file, relative to the site's folder.</summary>
    public string File { get; init; } = "logs/plant.log";

    /// <summary>Size at which a new file is begun, at least 4KB.</summary>
    public ByteSize MaxSize { get; init; } = new(10 * 1024 * 1024);

    /// <summary>Number of full files that are kept beside the current one.</summary>
    [Bounds(0, 1000)]
    public int Keep { get; init; } = 5;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(File)) yield return ("file", "expected a path such as \"logs/plant.log\", found an empty string");
        if (MaxSize.Bytes < SmallestFile.Bytes) yield return ("max_size", $"expected at least \"{SmallestFile}\", found \"{MaxSize}\"");
    }
}
