using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices;

/// <summary>Describes a scan without its samples. Immutable, apart from the shared count in <c>Ack</c>.</summary>
/// <param name="Number">Number of the scan, over all poll rates of its device; the scans of each block are counted separately.</param>
/// <param name="Time">Start of the read, in UTC; for a subscribed device its end, for a lost connection the time of the loss.</param>
/// <param name="Timestamp">The same moment in ticks of the monotonic clock.</param>
/// <param name="Failure">The reason why the whole scan failed, or null.</param>
/// <param name="Ack">Held by each listener until every record made from the scan is stored; null for a polled device.</param>
/// <param name="DeviceTime">The device's time of the scan, in UTC; null if it gives none.</param>
internal readonly record struct ScanInfo(
    long Number, DateTime Time, long Timestamp, string? Failure, ScanAck? Ack = null, DateTime? DeviceTime = null);

/// <summary>
/// Receives the scans of a device or of a block. Called within the device session's loop, by its supervisor when a session is lost, or
/// within the loop of a BlockScans; copies what it needs and returns at once, without waiting.
/// </summary>
internal interface IScanListener
{
    /// <summary>Receives one scan. The samples are valid only during the call.</summary>
    void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples);
}
