using System.Diagnostics.CodeAnalysis;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Holds a scan that waits for a recipe, with the subscription that owns its memory and, for a subscribed device, the acknowledgement
/// that it holds.
/// </summary>
internal readonly record struct QueuedScan(ScanSubscription Subscription, Scan Scan, ScanAck? Ack)
{
    /// <summary>Recycles the scan and releases its acknowledgement without running it.</summary>
    public void Drop()
    {
        Subscription.Recycle(Scan);
        Ack?.Release();
    }
}

/// <summary>
/// Queues the scans that wait for a recipe, and apart from them the answers to its questions, each in the order of arrival. The queue
/// belongs to the recipe and not to one of its versions: devices and sinks fill it while one version takes over from another, so that no
/// scan and no answer is lost, doubled or out of order. Devices post within their loops, the recipe's thread dequeues; all under
/// <see cref="Gate"/>. It has no limit itself: each ScanSubscription limits its own scans, and a sink session posts answers only after
/// those before are stored.
/// </summary>
internal sealed class ScanQueue : IAnswerReceiver
{
    private readonly Queue<QueuedScan> _scans = new();
    private readonly Queue<QueuedAnswer> _answers = new();
    private bool _isOpen;

    /// <summary>The lock of the queue; it is pulsed when the recipe's thread has something to do.</summary>
    public object Gate { get; } = new();

    /// <summary>True when neither scans nor answers wait. The caller holds the gate.</summary>
    public bool IsEmpty => _scans.Count == 0 && _answers.Count == 0;

    /// <summary>True when answers wait. The caller holds the gate.</summary>
    public bool HasAnswers => _answers.Count > 0;

    /// <summary>Adds a scan, or drops it while the queue is closed. Any thread; never waits for the recipe.</summary>
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

    /// <summary>Returns the first scan. The caller holds the gate.</summary>
    public bool TryPeek([MaybeNullWhen(false)] out QueuedScan scan) => _scans.TryPeek(out scan);

    /// <summary>Removes the first scan. The caller holds the gate.</summary>
    public QueuedScan Dequeue() => _scans.Dequeue();

    /// <summary>Adds an answer, or drops it while the queue is closed.</summary>
    public void Post(QueuedAnswer answer)
    {
        lock (Gate)
        {
            if (_isOpen)
            {
                _answers.Enqueue(answer);
                Monitor.PulseAll(Gate);
                return;
            }
        }

        answer.Drop();
    }

    /// <summary>Removes the first answer. The caller holds the gate.</summary>
    public QueuedAnswer DequeueAnswer() => _answers.Dequeue();

    public void Open()
    {
        lock (Gate) _isOpen = true;
    }

    /// <summary>Drops what waits and what still arrives; other recipes are not affected.</summary>
    public void Close()
    {
        lock (Gate)
        {
            _isOpen = false;
            while (_scans.TryDequeue(out var scan)) scan.Drop();
            while (_answers.TryDequeue(out var answer)) answer.Drop();
        }
    }
}
