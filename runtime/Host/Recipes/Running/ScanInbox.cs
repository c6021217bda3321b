using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// One device's scans on their way into one recipe. A device never waits for a recipe: when too many scans wait, the new one is left out
/// and counted.
/// </summary>
internal sealed class ScanInbox(RecipeRunner runner, SourceNode source, int capacity) : IScanListener
{
    private readonly Stack<Scan> _free = new();
    private int _made;
    private long _lost;

    /// <summary>Scans that the recipe was too slow to take.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void OnScan(in ScanHeader header, ReadOnlySpan<Sample> samples)
    {
        Scan? scan;
        lock (_free)
        {
            if (!_free.TryPop(out scan) && _made < capacity)
            {
                scan = new Scan(source.Schema);
                _made++;
            }
        }

        if (scan is null)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        scan.Schema = source.Schema;
        scan.Number = header.Number;
        scan.Time = header.Time;
        scan.Timestamp = header.Timestamp;
        scan.Failure = header.Failure;
        scan.Fill(samples);
        header.Receipt?.Hold();
        runner.Post(this, scan, header.Receipt);
    }

    /// <summary>Runs the scan through the recipe, on the recipe's thread.</summary>
    public void Push(Scan scan)
    {
        try
        {
            source.Push(scan);
        }
        finally
        {
            lock (_free) _free.Push(scan);
        }
    }
}
