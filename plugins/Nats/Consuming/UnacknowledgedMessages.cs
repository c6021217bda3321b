using System.Runtime.InteropServices;
using NATS.Client.JetStream;

namespace PlantRuntime.Plugins.Nats.Consuming;

/// <summary>
/// The messages that were read and are not acknowledged, in their order. It outlives connections, so that a message whose records are
/// stored is only acknowledged, and not read, if it is delivered again. Messages are added within ReadAsync, and the host acknowledges
/// meanwhile on another thread. Thread-safe: it locks internally. Performs no I/O.
/// </summary>
internal sealed class UnacknowledgedMessages
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _unstored = new();
    private readonly HashSet<ulong> _read = [];
    private readonly HashSet<ulong> _stored = [];
    private long _scans;
    private long _acknowledged;

    /// <summary>Forgets what was read and not stored: the stream delivers it again.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _unstored.Clear();
            _read.Clear();
            (_scans, _acknowledged) = (0, 0);
        }
    }

    /// <summary>Returns what to do with a delivered message.</summary>
    public Delivery Classify(ulong sequence)
    {
        lock (_gate)
        {
            if (_stored.Contains(sequence)) return Delivery.Stored;
            return _read.Contains(sequence) ? Delivery.Read : Delivery.New;
        }
    }

    /// <summary>Adds a message with this number of scans, which may be 0.</summary>
    public void Add(INatsJSMsg<byte[]> message, ulong sequence, int scans)
    {
        lock (_gate)
        {
            _scans += scans;
            _read.Add(sequence);
            _unstored.Enqueue(new Entry(message, sequence, _scans));
        }
    }

    /// <summary>
    /// Takes the messages of which all scans are stored, of the first <paramref name="scans"/> and those of earlier calls; 0 for messages
    /// without scans that follow them.
    /// </summary>
    public IReadOnlyList<(INatsJSMsg<byte[]> Message, ulong Sequence)> TakeStored(long scans)
    {
        var taken = new List<(INatsJSMsg<byte[]>, ulong)>();
        lock (_gate)
        {
            _acknowledged = Math.Max(_acknowledged, scans);
            while (_unstored.TryPeek(out var first) && first.Scans <= _acknowledged)
            {
                _unstored.Dequeue();
                _read.Remove(first.Sequence);
                _stored.Add(first.Sequence);
                taken.Add((first.Message, first.Sequence));
            }
        }

        return taken;
    }

    /// <summary>Forgets a message whose acknowledgement the server has confirmed.</summary>
    public void Confirm(ulong sequence)
    {
        lock (_gate) _stored.Remove(sequence);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(INatsJSMsg<byte[]> Message, ulong Sequence, long Scans);
}

/// <summary>The state of a delivered message in this process.</summary>
internal enum Delivery
{
    /// <summary>It was not delivered before, or its scans were lost with the connection.</summary>
    New,

    /// <summary>It was read, and its acknowledgement waits until its scans are stored.</summary>
    Read,

    /// <summary>Its scans are stored, and the server has not confirmed the acknowledgement.</summary>
    Stored,
}
