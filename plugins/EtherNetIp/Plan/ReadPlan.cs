using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>
/// The requests of a steady scan: tags of the same address share a request, neighbouring elements of an array are read as a range, large
/// items are cut into pieces, and all are packed into as few packets as possible. Owned by one <see cref="EtherNetIpReader"/>, with which
/// it shares the scan; called within <c>ReadAsync</c>, one call at a time. It changes the state of the tags; it performs no I/O.
/// </summary>
internal sealed class ReadPlan(PlannedTag[] tags, ReadScan scan)
{
    private List<ElementGroup> _items = [];
    private List<CipItem> _requests = [];
    private PlannedTag[] _contradictions = [];
    private Func<int, PackedRequests>? _pack;
    private PackedRequests? _packed;

    /// <summary>All tags, in the order of the scan buffer.</summary>
    public PlannedTag[] Tags => tags;

    /// <summary>The requests of a steady scan; null before the first build.</summary>
    public PackedRequests? Steady { get; private set; }

    /// <summary>True while the requests are in another order than that of the plan, because there was no time for all of them.</summary>
    public bool IsReordered => !ReferenceEquals(Steady, _packed);

    /// <summary>True when the types of some tags have to be found out before or behind the next scan.</summary>
    public bool IsStale { get; set; } = true;

    /// <summary>Forgets the requests: another session may lead to another program.</summary>
    public void Clear()
    {
        (_items, _requests, _contradictions, Steady, _packed, IsStale) = ([], [], [], null, null, true);
        foreach (var tag in tags)
        {
            tag.Binding.Forget();
            (tag.IsStale, tag.IsAlone) = (true, false);
        }
    }

    /// <summary>Begins a scan: tags that contradict their types are bad at once.</summary>
    public void Begin()
    {
        foreach (var tag in _contradictions) tag.Bad(scan.Into, tag.Binding.Fault!);
    }

    /// <summary>Builds the plan anew, after types were found out.</summary>
    /// <param name="transport">How messages travel.</param>
    /// <param name="replyRoom">Bytes to count on in a reply.</param>
    /// <param name="hasPackets">Requests can share a message.</param>
    /// <param name="pathOf">The path of an address.</param>
    /// <param name="last">The request that ends each scan, or null.</param>
    public void Build(CipTransport transport, int replyRoom, bool hasPackets, Func<EtherNetIpAddress, byte[]> pathOf, CipItem? last = null)
    {
        var known = tags.Where(tag => tag.Binding.Type is not null).ToList();
        _items = [.. known.GroupBy(GroupOf).SelectMany(group => ElementRange.Merge(group, replyRoom))
            .Select(range => range.ToItem(pathOf))];
        var refused = tags.Where(tag => tag.Binding.IsRefused).Select(tag => new RefusedPiece(scan, tag));
        _requests = [.. _items.SelectMany(item => Cut(item, replyRoom)), .. refused];
        _contradictions = [.. tags.Where(tag => tag.Binding.Fault is { Status: 0 })];
        IsStale = Array.Exists(tags, static tag => tag.IsStale);
        _pack = room => PackedRequests.Create(_requests, transport, room, hasPackets, last);
        Steady = _packed = _pack(replyRoom);
    }

    /// <summary>
    /// Packs the same requests again, after some of them turned out to need a message of their own, or packets to be too long.
    /// </summary>
    public void Repack(int replyRoom) => Steady = _packed = _pack?.Invoke(replyRoom);

    /// <summary>
    /// Orders the requests after a scan without all replies, so that each has its turn. The request that ends a scan has one too: until all
    /// replies come in time again, it says of the scan before that the program had not changed.
    /// </summary>
    public void Reorder(PollingOrder order) => Steady = Steady?.Reorder(order);

    /// <summary>Brings the requests into the order of the plan, after a scan with all replies.</summary>
    public void RestoreOrder() => Steady = _packed;

    /// <summary>The requests of the plan that concern some tags.</summary>
    public List<CipItem> RequestsOf(IReadOnlySet<PlannedTag> wanted) => _requests.FindAll(request => request switch
    {
        ReadPiece piece => piece.Item.Holds(wanted),
        RefusedPiece refused => wanted.Contains(refused.Tag),
        _ => false,
    });

    /// <summary>Reports all tags without a result as not read in this scan, with the reason why.</summary>
    public void NotRead(ScanBuffer into)
    {
        if (Steady is not null)
        {
            foreach (var message in Steady.Messages)
            {
                if (!message.IsSent) NotRead(message.Items, into);
            }
        }

        foreach (var tag in tags) tag.NotRead(into, UnreadReason.NoAnswer);
    }

    private static void NotRead(CipItem[] items, ScanBuffer into)
    {
        foreach (var item in items)
        {
            if (item is ReadPiece piece) piece.Item.NotRead(into, UnreadReason.NotAsked);
            else if (item is RefusedPiece refused) refused.Tag.NotRead(into, UnreadReason.NotAsked);
        }
    }

    // Tags of one group are elements of one array, or one value.
    private static (string Base, TagType Type, bool IsBits, PlannedTag? Own) GroupOf(PlannedTag tag)
    {
        var binding = tag.Binding;
        var start = binding.Start.IsElement ? binding.Start.At(0) : binding.Start;
        var text = (start with { Count = 0, Bit = -1 }).ToString().ToUpperInvariant();
        return (text, binding.Type!, binding.IsBoolArray, tag.IsAlone ? tag : null);
    }

    private IEnumerable<ReadPiece> Cut(ElementGroup item, int replyRoom)
    {
        var header = CipReply.HeaderBytes + TagData.HeaderBytes(item.Type.Type);
        var most = replyRoom - header;
        // In a packet it would need its overhead too; alone it need not.
        if (item.Bytes <= most || item.Type.IsVariable)
        {
            yield return new ReadPiece(scan, item, 0, item.Bytes, isAlone: item.Bytes == 0);
            yield break;
        }

        var unit = item.Type.Structure is null ? item.Type.ElementBytes : 4;
        var step = most - (most % unit);
        for (var at = 0; at < item.Bytes; at += step)
        {
            var length = Math.Min(step, item.Bytes - at);
            yield return new ReadPiece(scan, item, at, length, isAlone: length == step);
        }
    }
}
