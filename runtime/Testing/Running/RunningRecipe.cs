using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// A recipe whose plan is driven by a simulation, in the order in which the host's runner does it: what is due goes before a scan.
/// </summary>
internal sealed class RunningRecipe(string file, Plan plan, Guard guard, Action unload)
{
    private readonly Dictionary<SourceNode, Scan> _scans = [];

    /// <summary>Path from the site's folder.</summary>
    public string File { get; } = file;

    public Plan Plan { get; } = plan;

    public Guard Guard { get; } = guard;

    /// <summary>The blocks that it decodes.</summary>
    public IReadOnlyList<Beat> Beats { get; set; } = [];

    public void Unload() => unload();

    /// <summary>Lets every operator act that is due.</summary>
    public void Tick(long now)
    {
        while (Plan.Due <= now) Call(Plan.Tick);
    }

    /// <summary>Gives it a scan of a device, when it listens to that.</summary>
    public void Push(string device, in ScanMoment moment, ReadOnlySpan<Sample> samples)
    {
        if (Plan.Sources.TryGetValue(device, out var source)) Push(source, moment, samples);
    }

    public void Push(SourceNode source, in ScanMoment moment, ReadOnlySpan<Sample> samples)
    {
        Tick(moment.Timestamp);
        if (!_scans.TryGetValue(source, out var scan)) _scans[source] = scan = new Scan(source.Schema);
        scan.Schema = source.Schema;
        (scan.Number, scan.Time, scan.Timestamp, scan.Failure) = moment;
        scan.Fill(samples);
        Call(() => source.Push(scan));
    }

    /// <summary>The same limits as in the host.</summary>
    private void Call(Action code)
    {
        Guard.Begin();
        code();
        Guard.End();
    }
}
