using PlantRuntime.Contracts;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// The part of a device's definition in site.toml that a simulation uses. The test runner creates it; each <see cref="SimulatedDevice"/>
/// owns one.
/// </summary>
/// <param name="Name">Name of the device.</param>
/// <param name="Tags">Tags of the device.</param>
/// <param name="FirstValues">Initial value of each tag.</param>
/// <param name="Groups">The tags grouped by poll rate.</param>
internal sealed record DeviceDefinition(
    string Name, IReadOnlyList<Tag> Tags, IReadOnlyList<Value> FirstValues, IReadOnlyList<PollGroupDefinition> Groups);

/// <summary>The tags of a device with the same poll rate.</summary>
/// <param name="Buffer">Receives the samples of a scan.</param>
/// <param name="Poll">Interval of the scans.</param>
/// <param name="ApplyRanges">Applies the ranges of site.toml to the buffer, as the host does before recipes see a scan.</param>
internal sealed record PollGroupDefinition(ScanBuffer Buffer, TimeSpan Poll, Action ApplyRanges);
