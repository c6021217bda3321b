using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>Elements of one array from the first to the last that tags want, with the gaps between them.</summary>
internal sealed class ElementRange(PlannedTag first)
{
    private readonly List<PlannedTag> _tags = [first];
    private int _end = StartOf(first) + first.Binding.Elements;

    private int Start { get; } = StartOf(first);

    private TagType Type => _tags[0].Binding.Type!;

    /// <summary>
    /// Merges tags of one array, as long as reading the gap costs no more than another request, and the range still fits into a reply.
    /// </summary>
    public static List<ElementRange> Merge(IEnumerable<PlannedTag> group, int replyRoom)
    {
        var ranges = new List<ElementRange>();
        foreach (var tag in group.OrderBy(StartOf).ThenByDescending(tag => tag.Binding.Elements))
        {
            if (ranges.Count == 0 || !ranges[^1].TryAdd(tag, replyRoom)) ranges.Add(new ElementRange(tag));
        }

        return ranges;
    }

    public ElementGroup ToItem(Func<EtherNetIpAddress, byte[]> pathOf)
    {
        var bytes = Type.ElementBytes;
        return new ElementGroup(pathOf(_tags[0].Binding.Start), _end - Start, Type,
            [.. _tags.Select(tag => (tag, (StartOf(tag) - Start) * bytes, tag.Binding.Elements * bytes))]);
    }

    private static int StartOf(PlannedTag tag) => tag.Binding.Start.LastIndex;

    private bool TryAdd(PlannedTag tag, int replyRoom)
    {
        var start = StartOf(tag);
        var end = Math.Max(_end, start + tag.Binding.Elements);
        var gap = (start - _end) * Type.ElementBytes;
        var header = CipReply.HeaderBytes + TagData.HeaderBytes(Type.Type);
        // An element within the range already costs nothing, however long the range is.
        var isInside = end == _end && start >= Start;
        // A reply of its own costs its header and its place in the packet.
        var isCheap = gap <= header + MultipleServicePacket.OffsetBytes;
        var room = replyRoom - header - MultipleServicePacket.ReplyOverhead - MultipleServicePacket.OffsetBytes;
        var fits = (long)(end - Start) * Type.ElementBytes <= room;
        if (!isInside && !(isCheap && fits)) return false;
        _tags.Add(tag);
        _end = end;
        return true;
    }
}
