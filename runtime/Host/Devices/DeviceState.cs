namespace PlantRuntime.Host.Devices;

/// <summary>What a device is doing.</summary>
internal enum DeviceState
{
    /// <summary>Its driver is not there (yet).</summary>
    Waiting,

    Connecting,

    Running,

    /// <summary>Between two attempts to connect.</summary>
    Reconnecting,

    /// <summary>Its driver misbehaved and is left alone.</summary>
    Parked,

    Stopped,
}
