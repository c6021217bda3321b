namespace PlantRuntime.Host.Delivery;

/// <summary>What a sink is doing.</summary>
internal enum SinkState
{
    /// <summary>Its plugin is not there (yet).</summary>
    Waiting,

    Running,

    /// <summary>The last attempt failed; the batch is kept and tried again.</summary>
    Retrying,

    /// <summary>Its plugin misbehaved and is left alone.</summary>
    Parked,

    Stopped,
}
