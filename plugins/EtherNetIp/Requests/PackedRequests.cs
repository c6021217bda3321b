using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Requests;

/// <summary>One message on the wire: a request, or several in a Multiple Service Packet.</summary>
/// <param name="items">The requests, in the order of the packet.</param>
internal sealed class PackedMessage(CipItem[] items) : PolledRequest
{
    /// <summary>The requests, in the order of the packet.</summary>
    public CipItem[] Items => items;
}

/// <summary>
/// Requests as frames, one behind the other, packed once and sent as often as they are needed. Handling the replies allocates nothing.
/// Owned by the plan or reader that creates it; called within the host's calls, one at a time. It changes the items that it fills; it
/// performs no I/O.
/// </summary>
internal sealed class PackedRequests
{
    private readonly PackedMessage[] _messages;
    private readonly CipTransport _transport;
    private readonly List<CipItem[]> _refused = [];

    // Of halves only: which of them failed.
    private bool[]? _failed;
    private readonly byte[] _frames;
    private readonly int[] _ends;

    private PackedRequests(IEnumerable<CipItem[]> messages, CipTransport transport)
        : this([.. messages.Select(items => new PackedMessage(items))], transport)
    {
    }

    private PackedRequests(PackedMessage[] messages, CipTransport transport)
    {
        (_messages, _transport) = (messages, transport);
        _ends = new int[messages.Length + 1];
        for (var i = 0; i < messages.Length; i++) _ends[i + 1] = _ends[i] + transport.FrameBytes(MessageBytes(messages[i].Items));
        _frames = new byte[_ends[^1]];
        for (var i = 0; i < messages.Length; i++)
        {
            var items = messages[i].Items;
            var frame = _frames.AsSpan(_ends[i].._ends[i + 1]);
            var message = frame[transport.MessageOffset..];
            if (items.Length == 1) items[0].Request.CopyTo(message);
            else MultipleServicePacket.Write(message, items.Select(item => item.Request).ToArray());
            transport.Wrap(frame, MessageBytes(items));
        }
    }

    /// <summary>Number of requests on the wire.</summary>
    public int Count => _messages.Length;

    /// <summary>The messages, in the order in which they are sent.</summary>
    public ReadOnlySpan<PackedMessage> Messages => _messages;

    /// <summary>True after a reply said that the controller has no packets: its items have failed and are to be sent one by one.</summary>
    public bool IsPacketRefused { get; private set; }

    /// <summary>True when these are halves, and a request in them is to have a message of its own from now on.</summary>
    public bool IsolatesOne => _failed is not null && Array.Exists(
        _messages, static message => message.Items is [{ IsIsolated: true }]);

    /// <summary>Packs requests for a transport.</summary>
    /// <param name="items">The requests.</param>
    /// <param name="transport">Tells how long messages may be.</param>
    /// <param name="replyRoom">Bytes to count on in a reply; not more than the transport has.</param>
    /// <param name="hasPackets">False: each request gets a message of its own.</param>
    /// <param name="last">A request that the controller gets behind all others, or null.</param>
    public static PackedRequests Create(
        IReadOnlyList<CipItem> items, CipTransport transport, int replyRoom, bool hasPackets, CipItem? last = null)
    {
        if (!hasPackets) return new PackedRequests([.. items.Concat(last is null ? [] : [last]).Select(item => new[] { item })], transport);
        var shared = items.Where(item => !item.HasOwnMessage).ToList();
        var sizes = shared.ConvertAll(item => new PackedSize(
            item.Request.Length + MultipleServicePacket.OffsetBytes, item.ReplyBytes + MultipleServicePacket.OffsetBytes));
        var room = new PackedSize(transport.RequestRoom - (transport.ReplyRoom - replyRoom) - MultipleServicePacket.RequestOverhead,
            replyRoom - MultipleServicePacket.ReplyOverhead);
        var packets = ServicePacking.Pack(sizes, room);
        var packed = packets.ConvertAll(packet => packet.ConvertAll(index => shared[index]));
        if (last is not null) AddLast(packed, last, room);
        var alone = items.Where(item => item.HasOwnMessage).Select(item => new[] { item });
        return new PackedRequests([.. alone, .. packed.Select(packet => packet.ToArray())], transport);
    }

    // Into a packet that has room for it, which then goes out last.
    private static void AddLast(List<List<CipItem>> packets, CipItem last, PackedSize room)
    {
        var at = packets.FindLastIndex(packet => Fits(packet.Append(last), room));
        var packet = at < 0 ? [] : packets[at];
        if (at >= 0) packets.RemoveAt(at);
        packet.Add(last);
        packets.Add(packet);
    }

    private static bool Fits(IEnumerable<CipItem> items, PackedSize room) =>
        items.Sum(item => item.Request.Length + MultipleServicePacket.OffsetBytes) <= room.Request
        && items.Sum(item => item.ReplyBytes + MultipleServicePacket.OffsetBytes) <= room.Reply;

    /// <summary>Returns the same messages in the order of the next scan, after a scan that did not receive all replies in time.</summary>
    public PackedRequests Reorder(PollingOrder order) => new(order.NextOrder(_messages), _transport);

    /// <summary>
    /// The packets that the controller refused as a whole, in halves: one request of a packet can make it refuse them all, and is found so.
    /// One that is left alone keeps a message of its own from now on, if it fails or if all is good without it. Null if no packet was
    /// refused. Called when all replies are there.
    /// </summary>
    public PackedRequests? Halves(CipTransport transport)
    {
        Isolate();
        if (_refused.Count == 0) return null;
        CipItem[][] halves = [.. _refused.SelectMany(items => new[] { items[..(items.Length / 2)], items[(items.Length / 2)..] })];
        _refused.Clear();
        return new PackedRequests(halves, transport) { _failed = new bool[halves.Length] };
    }

    private void Isolate()
    {
        for (var i = 0; _failed is not null && i < _messages.Length; i++)
        {
            if (_messages[i].Items is [var item]) item.IsIsolated = _failed[i] || !_failed[i ^ 1];
        }
    }

    /// <summary>Some of the frames, one behind the other.</summary>
    public Memory<byte> Frames(int first, int count) => _frames.AsMemory(_ends[first].._ends[first + count]);

    /// <summary>The requests that share the frame of this number.</summary>
    public ReadOnlySpan<CipItem> Items(int request) => _messages[request].Items;

    /// <summary>Hands the replies in a frame to the requests.</summary>
    public void Accept(int request, ReadOnlySpan<byte> frame)
    {
        var items = _messages[request].Items;
        if (Encapsulation.Status(frame) is not 0 and var status)
        {
            NoteFailure(request);
            if (items.Length > 1) _refused.Add(items);
            else FailAll(items, CipFault.FromEncapsulation(status));
            return;
        }

        if (!CipReply.TryRead(CommonPacket.Message(frame), out var reply))
        {
            FailAll(items, CipFault.CutOff);
        }
        else if (items.Length == 1)
        {
            if (reply.Status is not (0 or CipFault.NotEnoughRoom)) NoteFailure(request);
            Accept(items[0], reply);
        }
        else if (reply.Service == CipService.MultipleServicePacket
            && reply.Status is 0 or CipFault.EmbeddedError or CipFault.NotEnoughRoom && !reply.Data.IsEmpty)
        {
            AcceptPacket(items, reply.Data);
        }
        else
        {
            if (reply.Status == 0)
            {
                FailAll(items, CipFault.OtherService);
                return;
            }

            var isPacket = reply.Service == CipService.MultipleServicePacket;
            IsPacketRefused |= isPacket && reply.Status == CipFault.ServiceNotSupported;
            NoteFailure(request);
            if (isPacket && CipFault.IsOfOneRequest(reply.Status)) _refused.Add(items);
            else FailAll(items, CipFault.From(reply));
        }
    }

    private void NoteFailure(int request)
    {
        if (_failed is not null) _failed[request] = true;
    }

    private static void AcceptPacket(CipItem[] items, ReadOnlySpan<byte> data)
    {
        var count = MultipleServicePacket.Count(data);
        if (count != items.Length)
        {
            FailAll(items, count < 0 ? CipFault.CutOff : CipFault.OtherCount);
            return;
        }

        for (var i = 0; i < items.Length; i++)
        {
            if (CipReply.TryRead(MultipleServicePacket.Reply(data, i, count), out var reply)) Accept(items[i], reply);
            else items[i].Fail(CipFault.CutOff);
        }
    }

    private static void Accept(CipItem item, in CipReply reply)
    {
        // An error of a module on the way is the reply to Unconnected Send.
        if (reply.Service == item.Request[0]) item.Accept(reply);
        else item.Fail(reply.Status == 0 ? CipFault.OtherService : CipFault.From(reply));
    }

    private static void FailAll(CipItem[] items, CipFault fault)
    {
        foreach (var item in items) item.Fail(fault);
    }

    private static int MessageBytes(CipItem[] items) => items.Length == 1
        ? items[0].Request.Length
        : MultipleServicePacket.RequestOverhead + items.Sum(item => item.Request.Length + MultipleServicePacket.OffsetBytes);
}
