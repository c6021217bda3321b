namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// The packet ids of messages on their way (MQTT 5.0, section 2.2.1): 1 to 65535, rising and wrapping, none given out while it is in use.
/// Rising, so that an answer that comes twice meets a message of long ago and not the next one.
/// </summary>
/// <param name="highest">The last id before it wraps.</param>
internal sealed class PacketIds(ushort highest = ushort.MaxValue)
{
    private readonly Dictionary<ushort, int> _messages = [];
    private ushort _last;

    public int Count => _messages.Count;

    /// <summary>True when there is an id to give out.</summary>
    public bool HasFree => _messages.Count < highest;

    /// <summary>Gives out the next free id.</summary>
    public ushort Issue(int message)
    {
        if (!HasFree) throw new InvalidOperationException($"all {highest} packet ids are in use");
        do _last = _last == highest ? (ushort)1 : (ushort)(_last + 1);
        while (!_messages.TryAdd(_last, message));
        return _last;
    }

    public bool TryFind(ushort id, out int message) => _messages.TryGetValue(id, out message);

    public void Release(ushort id) => _messages.Remove(id);

    /// <summary>Forgets which ids are in use; goes on where it was.</summary>
    public void Clear() => _messages.Clear();
}
