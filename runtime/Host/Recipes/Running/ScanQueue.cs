using System.Diagnostics.CodeAnalysis;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// What waits for a recipe, in the order in which it came. It belongs to the recipe and not to one of its versions: while one takes over
/// from another it goes on being filled, so that no scan is lost, doubled or out of order.
/// </summary>
internal sealed class ScanQueue
{
    private readonly Queue<QueuedScan> _scans = new();
    private bool _isOpen;

    /// <summary>Guards the queue, and is pulsed when there is something to look at.</summary>
    public object Gate { get; } = new();

    public int Count => _scans.Count;

    public void Post(in QueuedScan scan)
    {
        lock (Gate)
        {
            if (_isOpen)
            {
                _scans.Enqueue(scan);
                if (_scans.Count == 1) Monitor.PulseAll(Gate);
                return;
            }
        }

        scan.Drop();
    }

    /// <summary>Under the gate: the scan that came first.</summary>
    public bool TryPeek([MaybeNullWhen(false)] out QueuedScan scan) => _scans.TryPeek(out scan);

    /// <summary>Under the gate: takes it.</summary>
    public QueuedScan Take() => _scans.Dequeue();

    public void Open()
    {
        lock (Gate) _isOpen = true;
    }

    /// <summary>Nobody runs it any more. It holds nobody up: what waits, and what still comes, is gone for this recipe alone.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isOpen = false;
            while (_scans.TryDequeue(out var scan)) scan.Drop();
        }
    }
}
