using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Session;

/// <summary>
/// The frames of one session. A request on a connection is known by its sequence count, one without a connection by its context. Some
/// simulators and gateways answer with an empty context: their replies belong to the oldest request that has none, and the session asks one
/// at a time. The session sets the handles as soon as the controller has given them out.
/// </summary>
internal sealed class EtherNetIpFraming : IRequestFraming
{
    // More requests than that are never in flight.
    private const int MostUnanswered = 64;

    private readonly Queue<ushort> _unanswered = new();
    private bool _hasEmptyContexts;

    /// <summary>True once a reply without a connection had the context of its request.</summary>
    public bool IsContextRepeated { get; private set; }

    public int MaxFrameBytes => Encapsulation.MostFrameBytes;

    /// <summary>Handle of the session; 0 before it is registered.</summary>
    public uint Session { get; set; }

    /// <summary>Id that messages to the controller carry; 0 without a connection.</summary>
    public uint ConnectionId { get; set; }

    /// <summary>Id that messages from the controller carry.</summary>
    public uint OwnConnectionId { get; set; }

    public int FrameLength(ReadOnlySpan<byte> start) => Encapsulation.FrameLength(start);

    public void Stamp(Span<byte> frame, ushort id)
    {
        Encapsulation.StampSession(frame, Session);
        Encapsulation.StampContext(frame, id);
        if (Encapsulation.Command(frame) == EncapsulationCommand.SendUnitData) CommonPacket.StampConnection(frame, ConnectionId, id);
        else if (!IsContextRepeated) Remember(id);
    }

    public bool TryGetId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = 0;
        var command = Encapsulation.Command(frame);
        if (command is not (EncapsulationCommand.SendRRData or EncapsulationCommand.SendUnitData or EncapsulationCommand.ListIdentity))
            return false;
        Encapsulation.CheckSession(frame);
        // A refused frame has no message, so that its context tells which request it was.
        if (command == EncapsulationCommand.SendUnitData)
        {
            if (Encapsulation.Status(frame) == 0) return CommonPacket.TrySequence(frame, OwnConnectionId, ConnectionId, out id);
            if (_hasEmptyContexts) Encapsulation.CheckStatus(frame, "the controller refuses a request");
        }

        return TryContext(frame, out id);
    }

    // The replies of one TCP connection come in the order of its requests; a late one uses up the entry of the request that was given up.
    private bool TryContext(ReadOnlySpan<byte> frame, out ushort id)
    {
        if (Encapsulation.TryContext(frame, out id))
        {
            (IsContextRepeated, _hasEmptyContexts) = (true, false);
            _unanswered.Clear();
            return true;
        }

        if (IsContextRepeated || !Encapsulation.IsContextEmpty(frame) || !_unanswered.TryDequeue(out id)) return false;
        _hasEmptyContexts = true;
        return true;
    }

    private void Remember(ushort id)
    {
        if (_unanswered.Count == MostUnanswered) _unanswered.Dequeue();
        _unanswered.Enqueue(id);
    }
}
