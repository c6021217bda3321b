namespace PlantRuntime.Recipes;

/// <summary>The state of a running host at one moment. Immutable.</summary>
/// <param name="Time">Time of the report in UTC.</param>
/// <param name="TotalDevices">Number of devices in site.toml.</param>
/// <param name="ActiveDevices">Number of devices that are connected.</param>
/// <param name="DataPointsCollected">Number of good values read since the host started.</param>
/// <param name="LastCollection">Time of the last good scan in UTC; null before the first.</param>
/// <param name="ValuesPerMinute">Good values per minute, over the last minute.</param>
/// <param name="MemoryMegabytes">Memory of the host's process (working set) in MB.</param>
/// <param name="Waiting">Number of records that wait for sinks.</param>
/// <param name="Devices">The devices.</param>
/// <param name="Sinks">The sinks.</param>
public sealed record HealthReport(
    DateTime Time, int TotalDevices, int ActiveDevices, long DataPointsCollected, DateTime? LastCollection, double ValuesPerMinute,
    double MemoryMegabytes, long Waiting, IReadOnlyList<DeviceHealth> Devices, IReadOnlyList<SinkHealth> Sinks);

/// <summary>The state of one device.</summary>
/// <param name="Name">Name of the device.</param>
/// <param name="State">"Running", "Reconnecting" and so on.</param>
/// <param name="Reason">The reason why it is not running; null while it is.</param>
/// <param name="Scans">Number of good scans since the host started.</param>
/// <param name="Errors">Number of failed scans since the host started.</param>
/// <param name="ResponseMilliseconds">Duration of the last good scan.</param>
public sealed record DeviceHealth(string Name, string State, string? Reason, long Scans, long Errors, double ResponseMilliseconds);

/// <summary>The state of one sink.</summary>
/// <param name="Name">Name of the sink.</param>
/// <param name="State">"Running", "Retrying", "Down" and so on.</param>
/// <param name="Reason">The reason why it is not running; null while it is.</param>
/// <param name="Waiting">Number of records that wait for it.</param>
/// <param name="DeadLetters">Number of records that it has rejected for good.</param>
public sealed record SinkHealth(string Name, string State, string? Reason, long Waiting, long DeadLetters);
