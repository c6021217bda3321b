namespace PlantRuntime.Host.Delivery;

/// <summary>What a sink is doing.</summary>
internal enum SinkState
{
    /// <summary>Its plugin is not there (yet).</summary>
    Waiting,

    /// <summary>Opened; it connects when the first records come.</summary>
    Ready,

    Running,

    /// <summary>The last attempt failed; the batch is kept and tried again.</summary>
    Retrying,

    /// <summary>It failed many times in a row: now and then one attempt sees whether it is back.</summary>
    Down,

    /// <summary>Its plugin misbehaved and is left alone.</summary>
    Parked,

    Stopped,
}
