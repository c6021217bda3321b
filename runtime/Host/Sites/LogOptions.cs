using PlantRuntime.Contracts;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Sites;

/// <summary>The table [log].</summary>
internal sealed class LogOptions
{
    public LogLevel Level { get; init; } = LogLevel.Info;

    /// <summary>Path from the site's folder.</summary>
    public string File { get; init; } = "logs/plant.log";

    public ByteSize MaxSize { get; init; } = new(10 << 20);

    /// <summary>How many older files are kept.</summary>
    [Bounds(0, 100)]
    public int Keep { get; init; } = 5;
}
