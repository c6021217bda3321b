using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Copies the scans of one device or block into the queue of one recipe. A device never waits for a recipe: when too many scans wait, the
/// new one is dropped and counted. Owned by one ScanRouter. The device's loop calls <see cref="OnScan"/>, the recipe's thread
/// <see cref="Push"/>; Scan objects are pooled, so that a steady flow allocates nothing.
/// </summary>
internal sealed class ScanSubscription(ScanQueue queue, ScanSchema schema, int capacity) : IScanListener
{
    private readonly Stack<Scan> _free = new();
    private SourceNode? _source;
    private int _created;
    private long _lost;

    /// <summary>Scans that were dropped because the recipe was too slow.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Number of the last scan that was run; 0 before the first.</summary>
    public long LastRun { get; private set; }

    public void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples)
    {
        Scan? scan;
        lock (_free)
        {
            if (!_free.TryPop(out scan) && _created < capacity)
            {
                scan = new Scan(schema);
                _created++;
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
        scan.DeviceTime = header.DeviceTime;
        scan.Timestamp = header.Timestamp;
        scan.Failure = header.Failure;
        scan.Fill(samples);
        header.Ack?.Hold();
        queue.Post(new QueuedScan(this, scan, header.Ack));
    }

    /// <summary>True when another plan can run its scans as they are.</summary>
    public bool Fits(SourceNode other, int mostWaiting) => mostWaiting == capacity && ReferenceEquals(other.Schema.Tags, schema.Tags);

    /// <summary>Routes the scans to another plan, while no version of the recipe runs; null drops them.</summary>
    public void Attach(SourceNode? source) => _source = source;

    /// <summary>Runs the scan through the plan, on the recipe's thread.</summary>
    /// <param name="scan">The scan; it is recycled afterwards.</param>
    /// <param name="guard">The recipe's guard; its EnterHost is called when the plan has run.</param>
    public void Push(Scan scan, ExecutionGuard guard)
    {
        try
        {
            if (_source is not { } source) return;
            LastRun = scan.Number;
            source.Push(scan);
        }
        finally
        {
            guard.EnterHost();
            Recycle(scan);
        }
    }

    /// <summary>Returns a scan that is no longer used to the pool. Any thread.</summary>
    public void Recycle(Scan scan)
    {
        lock (_free) _free.Push(scan);
    }
}
