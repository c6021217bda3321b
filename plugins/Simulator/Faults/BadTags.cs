using System.IO.Enumeration;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator.Faults;

/// <summary>A bad fault as one reader meets it: its pattern resolved to places in the scan.</summary>
internal sealed class BadTags(FaultOptions fault, IReadOnlyList<TagDefinition> tags)
{
    private readonly FaultWindow _window = new(fault);
    private readonly Quality _quality = fault.Quality ?? Quality.BadDevice;
    private readonly string _reason = fault.Reason ?? "simulated fault";
    private readonly int[] _indexes = [.. Enumerable.Range(0, tags.Count).Where(i => Matches(fault.Tag, tags[i].Name))];

    public bool IsEmpty => _indexes.Length == 0;

    public void Apply(long now, ScanBuffer into)
    {
        if (!_window.IsOpen(now)) return;
        foreach (var index in _indexes) into.Bad(index, _quality, _reason);
    }

    private static bool Matches(string? pattern, string name) =>
        pattern is null || pattern == name || FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
