namespace PlantRuntime.Host.Devices;

/// <summary>What a scan says besides its samples.</summary>
/// <param name="Number">Number of the scan at its device.</param>
/// <param name="Time">When it was taken, in UTC.</param>
/// <param name="Timestamp">The same on the monotonic clock.</param>
/// <param name="Failure">Why it failed as a whole, or null.</param>
/// <param name="Receipt">Held by who takes the scan until what came of it is stored; null for a device that is polled.</param>
internal readonly record struct ScanHeader(long Number, DateTime Time, long Timestamp, string? Failure, Receipt? Receipt = null);
