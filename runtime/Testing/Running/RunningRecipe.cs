using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// A recipe whose plan runs in a simulation, in the same order as in the host: timed operators before a scan. <see cref="Simulation"/>
/// calls it on the test's thread and unloads it when it is replaced; the test runner unloads the last version.
/// </summary>
internal sealed class RunningRecipe(string file, Plan plan, ExecutionGuard guard, Action unload)
{
    private readonly Dictionary<SourceNode, Scan> _scans = [];

    /// <summary>Path from the site's folder.</summary>
    public string File { get; } = file;

    public Plan Plan { get; } = plan;

    public ExecutionGuard Guard { get; } = guard;

    /// <summary>The actions that read the blocks of <c>Decode</c>.</summary>
    public IReadOnlyList<PeriodicAction> DecodeActions { get; set; } = [];

    public void Unload() => unload();

    /// <summary>Runs every timed operator that is due.</summary>
    public void Tick(long now)
    {
        while (Plan.Due <= now) Call(Plan.Tick);
    }

    /// <summary>Processes a scan of a device if the recipe uses the device.</summary>
    public void Push(string device, in SimulatedScanInfo moment, ReadOnlySpan<Sample> samples)
    {
        if (Plan.Sources.TryGetValue(device, out var source)) Push(source, moment, samples);
    }

    public void Push(SourceNode source, in SimulatedScanInfo moment, ReadOnlySpan<Sample> samples)
    {
        Tick(moment.Timestamp);
        if (!_scans.TryGetValue(source, out var scan)) _scans[source] = scan = new Scan(source.Schema);
        scan.Schema = source.Schema;
        (scan.Number, scan.Time, scan.Timestamp, scan.Failure) = moment;
        scan.Fill(samples);
        Call(() => source.Push(scan));
    }

    /// <summary>Processes an answer.</summary>
    /// <returns>False if the recipe has no such question any more.</returns>
    public bool TryPush(string question, Answer answer, long now)
    {
        Tick(now);
        var isKnown = false;
        Call(() => isKnown = Plan.TryPush(question, answer));
        return isKnown;
    }

    /// <summary>Runs code of the recipe with the same limits as in the host.</summary>
    private void Call(Action code)
    {
        Guard.Begin();
        code();
        Guard.End();
    }
}

/// <summary>The properties of a simulated scan other than its samples.</summary>
/// <param name="Number">Number of the scan at its device.</param>
/// <param name="Time">Time of the scan in UTC.</param>
/// <param name="Timestamp">Monotonic timestamp of the scan.</param>
/// <param name="Failure">Reason why the whole scan failed, or null.</param>
internal readonly record struct SimulatedScanInfo(long Number, DateTime Time, long Timestamp, string? Failure);
