using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>The subscriptions of one connection: which have been asked for, and what the answers mean. No I/O.</summary>
/// <param name="qos">Quality of service to ask for.</param>
/// <param name="version">Version of the protocol.</param>
internal sealed class Subscriptions(int qos, ProtocolVersion version)
{
    // AWS IoT Core closes the connection over more filters in one packet.
    private const int MostFilters = 8;

    private readonly Dictionary<ushort, Subscription[]> _asked = [];
    private ushort _lastId;
    private int _count;

    /// <summary>True while answers are awaited.</summary>
    public bool IsWaiting => _asked.Count > 0;

    /// <summary>SUBSCRIBE packets for those that have not been asked for; empty when all have.</summary>
    /// <param name="all">A list that only grows.</param>
    public ReadOnlyMemory<byte> Ask(IReadOnlyList<Subscription> all)
    {
        if (_count == all.Count) return default;
        var packets = new List<byte>();
        foreach (var some in all.Skip(_count).Chunk(MostFilters))
        {
            _asked.Add(++_lastId, some);
            packets.AddRange(Subscribe.ToPacket(_lastId, some.Select(s => s.Filter), qos, version));
        }

        _count = all.Count;
        return packets.ToArray();
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>What somebody may want to know, else null.</returns>
    /// <exception cref="LinkException">The broker refuses one of them, or answers what was not asked.</exception>
    public string? Answer(SubAck ack)
    {
        if (!_asked.Remove(ack.Id, out var asked) || asked.Length != ack.Reasons.Count)
            throw new LinkException($"the broker answered {ack.Reasons.Count} subscriptions as {ack.Id}, which were not asked for");
        var words = ack.Words.Length == 0 ? "" : $": {ack.Words}";
        var weaker = new List<string>();
        foreach (var (subscription, reason) in asked.Zip(ack.Reasons))
        {
            var (filter, readers) = subscription;
            if (reason.IsFailure)
                throw new LinkException($"the broker refuses the subscription to {filter}, needed for {readers}: {reason}{words}");
            if (reason.Code < qos) weaker.Add($"{filter} with QoS {reason.Code}");
        }

        return weaker.Count == 0 ? null : $"the broker grants {string.Join(", ", weaker)} instead of QoS {qos}";
    }
}
