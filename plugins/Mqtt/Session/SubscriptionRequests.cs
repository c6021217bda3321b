using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// Tracks the SUBSCRIBE requests of one connection and checks their SUBACKs. One <see cref="SubscriberSession"/> owns it and calls it while
/// it connects and reads, one call at a time; only <see cref="IsPending"/> is also read by the keep-alive timer on another thread. It
/// performs no I/O.
/// </summary>
/// <param name="qos">Quality of service to request.</param>
/// <param name="version">Version of the protocol.</param>
internal sealed class SubscriptionRequests(int qos, ProtocolVersion version)
{
    // AWS IoT Core closes the connection when a packet has more filters.
    private const int MaxFiltersPerPacket = 8;

    private readonly Dictionary<ushort, TopicSubscription[]> _pending = [];
    private ushort _lastId;
    private int _requestedCount;

    /// <summary>True while SUBACKs are outstanding.</summary>
    public bool IsPending => _pending.Count > 0;

    /// <summary>Creates the SUBSCRIBE packets for the subscriptions that have not been requested; empty when all have.</summary>
    /// <param name="all">All subscriptions, a list that only grows.</param>
    public ReadOnlyMemory<byte> CreatePackets(IReadOnlyList<TopicSubscription> all)
    {
        if (_requestedCount == all.Count) return default;
        var packets = new List<byte>();
        foreach (var chunk in all.Skip(_requestedCount).Chunk(MaxFiltersPerPacket))
        {
            _pending.Add(++_lastId, chunk);
            packets.AddRange(SubscribePacket.ToPacket(_lastId, chunk.Select(s => s.Filter), qos, version));
        }

        _requestedCount = all.Count;
        return packets.ToArray();
    }

    /// <summary>Applies a SUBACK.</summary>
    /// <returns>A warning for the log, or null.</returns>
    /// <exception cref="LinkException">The broker refuses a subscription, or the SUBACK matches no request.</exception>
    public string? Apply(SubAckPacket ack)
    {
        if (!_pending.Remove(ack.Id, out var requested) || requested.Length != ack.Reasons.Count)
            throw new LinkException($"the broker sent SUBACK {ack.Id} with {ack.Reasons.Count} reason codes, which matches no SUBSCRIBE");
        var reasonString = ack.ReasonString.Length == 0 ? "" : $": {ack.ReasonString}";
        var weaker = new List<string>();
        foreach (var (subscription, reason) in requested.Zip(ack.Reasons))
        {
            var (filter, readers) = subscription;
            if (reason.IsFailure)
                throw new LinkException($"the broker refuses the subscription to {filter}, needed for {readers}: {reason}{reasonString}");
            if (reason.Code < qos) weaker.Add($"{filter} with QoS {reason.Code}");
        }

        return weaker.Count == 0 ? null : $"the broker grants {string.Join(", ", weaker)} instead of QoS {qos}";
    }
}

/// <summary>A topic filter to subscribe to. Immutable.</summary>
/// <param name="Filter">The topic filter.</param>
/// <param name="Readers">Names of the tags that are read from it, for error messages.</param>
internal sealed record TopicSubscription(string Filter, string Readers);
