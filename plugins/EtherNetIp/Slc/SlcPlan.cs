using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>
/// Merges tags of a file into as few commands as possible: gaps are read too, because a command costs more than its bytes. Owned by one
/// <see cref="SlcReader"/>; called within <c>ReadAsync</c>, one call at a time; performs no I/O.
/// </summary>
internal sealed class SlcPlan
{
    private readonly SlcTag[] _tags;
    private readonly SlcScan _scan;
    private ushort _transaction;

    public SlcPlan(SlcTag[] tags, SlcScan scan)
    {
        (_tags, _scan) = (tags, scan);
        Build();
    }

    /// <summary>The commands of a scan.</summary>
    public List<SlcItem> Items { get; private set; } = [];

    public void Begin()
    {
        foreach (var tag in _tags) tag.Begin();
    }

    public void Build() => Items = Merge(_tags);

    public PackedRequests Create(CipTransport transport, IReadOnlyList<SlcItem> items) =>
        PackedRequests.Create(items, transport, transport.ReplyRoom, hasPackets: false);

    public List<SlcItem> Merge(IEnumerable<SlcTag> tags)
    {
        var items = new List<SlcItem>();
        foreach (var group in tags.GroupBy(tag => (tag.Address.File, tag.Address.Group, tag.IsAlone ? tag : null)))
        {
            var run = new List<SlcTag>();
            var (start, end) = (0, 0);
            foreach (var tag in group.OrderBy(tag => tag.Address.Start))
            {
                var tagEnd = tag.Address.Start + tag.Address.Bytes;
                if (run.Count > 0 && Math.Max(end, tagEnd) - start > MostBytes(tag))
                {
                    Add(items, run, start, end);
                    run = [];
                }

                if (run.Count == 0) (start, end) = (tag.Address.Start, tagEnd);
                run.Add(tag);
                end = Math.Max(end, tagEnd);
            }

            Add(items, run, start, end);
        }

        return items;
    }

    // Whole elements only: a text is not cut in two.
    private static int MostBytes(SlcTag tag) => Pccc.MostBytes - (Pccc.MostBytes % tag.Address.ElementBytes);

    private void Add(List<SlcItem> items, List<SlcTag> run, int start, int end)
    {
        if (run.Count == 0) return;
        var most = MostBytes(run[0]);
        for (var at = start; at < end; at += most)
        {
            var to = Math.Min(end, at + most);
            items.Add(new SlcItem(_scan, run.FindAll(tag => tag.Address.Start < to && tag.Address.Start + tag.Address.Bytes > at), at, to,
                ++_transaction));
        }
    }
}
