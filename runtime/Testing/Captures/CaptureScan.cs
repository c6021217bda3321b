using PlantRuntime.Contracts;

namespace PlantRuntime.Testing.Captures;

/// <summary>One line of a capture.</summary>
/// <param name="Device">The simulated device that it is for.</param>
/// <param name="Time">When the scan was taken, in UTC.</param>
/// <param name="Failure">Why it failed, or null.</param>
/// <param name="Samples">The tags that were in it, in the order of site.toml.</param>
internal sealed record CaptureScan(SimulatedDevice Device, DateTime Time, string? Failure, Sample[] Samples);
