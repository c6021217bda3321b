namespace PlantRuntime.Testing.Running;

/// <summary>What a scan says besides its samples.</summary>
/// <param name="Number">Number of the scan at its device.</param>
/// <param name="Time">When it was taken, in UTC.</param>
/// <param name="Timestamp">The same on the monotonic clock.</param>
/// <param name="Failure">Why it failed as a whole, or null.</param>
internal readonly record struct ScanMoment(long Number, DateTime Time, long Timestamp, string? Failure);
