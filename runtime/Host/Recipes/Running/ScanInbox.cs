using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// One device's scans on their way into one recipe, whatever its version. A device never waits for a recipe: when too many scans wait, the
/// new one is left out and counted.
/// </summary>
internal sealed class ScanInbox(ScanQueue queue, Schema schema, int capacity) : IScanListener
{
    private readonly Stack<Scan> _free = new();
    private SourceNode? _source;
    private int _made;
    private long _lost;

    /// <summary>Scans that the recipe was too slow to take.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Number of the last scan that was run; 0 before the first.</summary>
    public long LastRun { get; private set; }

    public void OnScan(in ScanHeader header, ReadOnlySpan<Sample> samples)
    {
        Scan? scan;
        lock (_free)
        {
            if (!_free.TryPop(out scan) && _made < capacity)
            {
                scan = new Scan(schema);
                _made++;
            }
        }

        if (scan is null)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        scan.Schema = schema;
        scan.Number = header.Number;
        scan.Time = header.Time;
        scan.Timestamp = header.Timestamp;
        scan.Failure = header.Failure;
        scan.Fill(samples);
        header.Receipt?.Hold();
        queue.Post(new QueuedScan(this, scan, header.Receipt));
    }

    /// <summary>True when a plan can take its scans as they are.</summary>
    public bool Fits(SourceNode other, int mostWaiting) => mostWaiting == capacity && ReferenceEquals(other.Schema.Tags, schema.Tags);

    /// <summary>Leads the scans to another plan, while no version of the recipe runs; null when it does not want them.</summary>
    public void Lead(SourceNode? source) => _source = source;

    /// <summary>Runs the scan through the plan, on the recipe's thread.</summary>
    /// <param name="scan">The scan; given back afterwards.</param>
    /// <param name="guard">The recipe's: left when the plan has run.</param>
    public void Push(Scan scan, Guard guard)
    {
        try
        {
            if (_source is not { } source) return;
            LastRun = scan.Number;
            source.Push(scan);
        }
        finally
        {
            guard.Leave();
            Recycle(scan);
        }
    }

    /// <summary>The scan is no longer used.</summary>
    public void Recycle(Scan scan)
    {
        lock (_free) _free.Push(scan);
    }
}
