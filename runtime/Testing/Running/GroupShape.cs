using PlantRuntime.Contracts;

namespace PlantRuntime.Testing.Running;

/// <summary>The tags of a device that are read at one rate.</summary>
/// <param name="Buffer">Where a scan is put.</param>
/// <param name="Poll">Time between two scans.</param>
/// <param name="Refine">What the host does to a scan before recipes see it: the ranges of site.toml.</param>
internal sealed record GroupShape(ScanBuffer Buffer, TimeSpan Poll, Action Refine);
