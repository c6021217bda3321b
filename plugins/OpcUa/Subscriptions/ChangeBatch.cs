using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>A new value of a tag.</summary>
/// <param name="Tag">Index of the tag in its reader.</param>
/// <param name="Occurrence">How many values of the tag precede it in the same notification.</param>
/// <param name="Data">The value.</param>
internal readonly record struct Change(int Tag, int Occurrence, DataValue Data);

/// <summary>
/// The values of one notification. A queue at the server can put several values of a tag into one notification; they become one scan after
/// the other: the first scan has the first value of each tag, and so on. Batches are used again.
/// </summary>
internal sealed class ChangeBatch
{
    public List<Change> Changes { get; } = [];

    /// <summary>The subscription it came from, and its sequence number; 0 for values that need no acknowledgement.</summary>
    public uint Subscription { get; set; }

    public uint SequenceNumber { get; set; }

    /// <summary>Scans that it becomes.</summary>
    public int Scans { get; private set; }

    /// <summary>Scans that were handed out.</summary>
    public int Taken { get; set; }

    public void Add(int tag, int occurrence, in DataValue data)
    {
        Changes.Add(new Change(tag, occurrence, data));
        Scans = Math.Max(Scans, occurrence + 1);
    }

    public void Clear()
    {
        Changes.Clear();
        (Subscription, SequenceNumber, Scans, Taken) = (0, 0, 0, 0);
    }
}
