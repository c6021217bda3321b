namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Assigns packet ids to the messages in flight (MQTT 5.0, section 2.2.1): 1 to 65535, rising and wrapping, skipping ids in use. Because
/// they rise, a duplicate acknowledgement does not match the next message. Not thread-safe: <see cref="OutgoingMessages"/> locks.
/// </summary>
/// <param name="highest">The last id before the ids wrap to 1.</param>
internal sealed class PacketIds(ushort highest = ushort.MaxValue)
{
    private readonly Dictionary<ushort, int> _messages = [];
    private ushort _last;

    public int Count => _messages.Count;

    /// <summary>True when at least one id is free.</summary>
    public bool HasFree => _messages.Count < highest;

    /// <summary>Reserves the next free id for the message with this index.</summary>
    public ushort Reserve(int message)
    {
        if (!HasFree) throw new InvalidOperationException($"all {highest} packet ids are in use");
        do _last = _last == highest ? (ushort)1 : (ushort)(_last + 1);
        while (!_messages.TryAdd(_last, message));
        return _last;
    }

    public bool TryFind(ushort id, out int message) => _messages.TryGetValue(id, out message);

    public void Release(ushort id) => _messages.Remove(id);

    /// <summary>Releases all ids; the next one still follows the last one.</summary>
    public void Clear() => _messages.Clear();
}
