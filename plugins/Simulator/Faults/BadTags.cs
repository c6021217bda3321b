using System.IO.Enumeration;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator.Faults;

/// <summary>
/// Applies one fault of the kind "bad" to the scans of one reader: sets the tags whose names match its pattern bad.
/// <see cref="SimulatorReader"/> owns it. Immutable; performs no I/O and allocates nothing in a scan.
/// </summary>
internal sealed class BadTags(FaultOptions fault, IReadOnlyList<TagDefinition> tags)
{
    private readonly FaultWindow _window = new(fault);
    private readonly Quality _quality = fault.Quality ?? Quality.BadDevice;
    private readonly string _reason = fault.Reason ?? "simulated fault";
    private readonly int[] _indexes = [.. Enumerable.Range(0, tags.Count).Where(i => Matches(fault.Tag, tags[i].Name))];

    /// <summary>True if the pattern matches no tag of the reader.</summary>
    public bool IsEmpty => _indexes.Length == 0;

    /// <summary>Sets the tags bad if the fault is active at this time, in ticks of 100 ns since the first connect.</summary>
    public void Apply(long now, ScanBuffer into)
    {
        if (!_window.IsOpen(now)) return;
        foreach (var index in _indexes) into.Bad(index, _quality, _reason);
    }

    private static bool Matches(string? pattern, string name) =>
        pattern is null || pattern == name || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
