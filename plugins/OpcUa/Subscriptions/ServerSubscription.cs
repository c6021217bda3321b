using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>A monitored item of one tag.</summary>
internal sealed class MonitoredItem
{
    /// <summary>The server's id; 0 while there is none.</summary>
    public uint Id { get; set; }

    /// <summary>When it is created again, if it could not be; null for not at all.</summary>
    public long? RetryAt { get; set; }

    /// <summary>Attempts to create it since the last success.</summary>
    public int Attempts { get; set; }

    /// <summary>True once the server reported a value for it.</summary>
    public bool HasReported { get; set; }

    /// <summary>When it was created.</summary>
    public long Created { get; set; }

    /// <summary>The value that was read when it was created: the first notification may repeat it.</summary>
    public DataValue? FirstRead { get; set; }

    /// <summary>True if the server does not take the filter for this item.</summary>
    public bool WithoutFilter { get; set; }

    /// <summary>The status that was reported last because the item could not be created.</summary>
    public StatusCode Reported { get; set; }
}

/// <summary>
/// One subscription: the tags of one reader with one rate. It outlives connections and sessions. Its state is guarded by the lock of its
/// <see cref="SubscriptionManager"/>.
/// </summary>
internal sealed class ServerSubscription(SubscribingReader reader, TimeSpan rate, IReadOnlyList<int> tags)
{
    private readonly Dictionary<int, MonitoredItem> _items = tags.ToDictionary(tag => tag, _ => new MonitoredItem());

    public SubscribingReader Reader => reader;

    public TimeSpan Rate => rate;

    public IReadOnlyList<int> Tags => tags;

    /// <summary>The server's id; 0 if it is to be created.</summary>
    public uint Id { get; private set; }

    /// <summary>Longest silence that the server allows itself.</summary>
    public TimeSpan KeepAlivePeriod { get; private set; }

    public TimeSpan PublishingInterval { get; private set; }

    /// <summary>When the server last said something about it.</summary>
    public long Heard { get; set; }

    /// <summary>True once it was silent and its silence was looked into.</summary>
    public bool WasProbed { get; set; }

#pragma warning disable CA1051 // A mutable struct has to be a field.
    public SequenceTracker Sequence;
#pragma warning restore CA1051

    /// <summary>Notifications that are to be republished.</summary>
    public List<uint> Missing { get; } = [];

    /// <summary>Notifications that wait until the missing ones before them are there.</summary>
    public Queue<ChangeBatch> Held { get; } = new();

    public MonitoredItem Item(int tag) => _items[tag];

    public bool TryGetItem(uint clientHandle, out MonitoredItem item) => _items.TryGetValue((int)clientHandle, out item!);

    /// <summary>True if an item that could not be created is to be tried again.</summary>
    public bool HasItemDue(long now)
    {
        foreach (var item in _items)
        {
            if (item.Value.RetryAt is { } at && at <= now) return true;
        }

        return false;
    }

    public void Created(uint id, TimeSpan publishingInterval, uint keepAliveCount, long now)
    {
        Reset();
        (Id, PublishingInterval, Heard) = (id, publishingInterval, now);
        KeepAlivePeriod = TimeSpan.FromMilliseconds(Math.Max(1, publishingInterval.TotalMilliseconds) * Math.Max(1, keepAliveCount));
    }

    /// <summary>Forgets what belonged to the server's subscription; the manager has emptied <see cref="Held"/> before.</summary>
    public void Reset()
    {
        (Id, WasProbed, Sequence) = (0, false, default);
        Missing.Clear();
        Held.Clear();
        foreach (var item in _items.Values) (item.Id, item.RetryAt, item.HasReported) = (0, null, false);
    }
}
