namespace PlantRuntime.Conformance.Sinks;

/// <summary>A sample that was read back from the storage of a sink.</summary>
/// <param name="Device">Device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Value">The value as <see cref="Contracts.Value.ToString"/> prints it; empty for none.</param>
/// <param name="Quality">The quality's name, for instance "GOOD".</param>
public sealed record StoredSample(string Device, string Tag, string Value, string Quality);
