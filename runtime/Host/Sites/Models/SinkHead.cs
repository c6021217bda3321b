namespace PlantRuntime.Host.Sites;

/// <summary>The host's own keys of a sink.</summary>
internal sealed class SinkHead
{
    /// <summary>Name of the sink plugin.</summary>
    public required string Sink { get; init; }
}
