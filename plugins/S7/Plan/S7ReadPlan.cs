using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// The prepared requests for a set of tags and one PDU size. If the CPU refuses an item of several tags, each of them is read alone in the
/// same scan; the tags refused then are remembered and left out, and the others are merged again. One <see cref="S7Reader"/> owns it and
/// calls it within ReadAsync, one call at a time; not thread-safe. It performs no I/O and allocates only when requests are rebuilt.
/// </summary>
internal sealed class S7ReadPlan
{
    private readonly ReadTag[] _tags;
    private readonly List<ReadItem> _suspects = [];
    private ReadTag[] _cut = [];
    private ReadTag[] _refused = [];
    private ReadJob[] _probes = [];
    private RequestSet _steady = null!;
    private ReadItem[] _isolatedItems = [];
    private bool _isStale;
    private int _probe;

    public S7ReadPlan(IEnumerable<S7Address> addresses, int pduSize)
    {
        _tags = [.. addresses.Select((address, index) => new ReadTag(index, address))];
        Rebuild(pduSize);
    }

    /// <summary>The PDU size of the plan.</summary>
    public int PduSize { get; private set; }

    /// <summary>The requests of a scan; the last one is the retry of a refused tag, if there is any.</summary>
    public RequestSet Steady => _steady;

    /// <summary>
    /// Begins a scan. Sets the refused tags bad with their reason and selects one of them, in turn, to be read once more: it
    /// recovers when the CPU does, and a table with many wrong addresses costs one request per scan. Plans again if the PDU size or
    /// a refusal has changed.
    /// </summary>
    public RequestSet Begin(ScanBuffer into, int pduSize)
    {
        if (_isStale || pduSize != PduSize) Rebuild(pduSize);
        foreach (var tag in _cut) tag.Missing = tag.Pieces;
        foreach (var tag in _refused) tag.Bad(into, tag.Refused!);
        if (_probes.Length == 0) return _steady;
        _probe = (_probe + 1) % _probes.Length;
        _steady.Replace(_steady.Jobs.Length - 1, _probes[_probe]);
        return _steady;
    }

    /// <summary>Orders the requests after a scan without all replies, so that each has its turn.</summary>
    public void Reorder(PollingOrder order)
    {
        var own = _steady.Jobs.Length - (_probes.Length > 0 ? 1 : 0);
        _steady = new RequestSet([.. order.NextOrder(new ArraySegment<ReadJob>(_steady.Jobs, 0, own)), .. _steady.Jobs[own..]]);
    }

    /// <summary>Returns requests that read the tags of refused items alone, or null if no item with several tags was refused.</summary>
    public RequestSet? BeginIsolation()
    {
        Settle();
        if (_suspects.Count == 0) return null;
        _isolatedItems = [.. _suspects];
        _suspects.Clear();
        var tags = _isolatedItems.SelectMany(item => item.Tags).Distinct().ToArray();
        foreach (var tag in tags) (tag.IsAlone, tag.Missing) = (true, tag.Pieces);
        _isStale = true;
        return new RequestSet([.. Jobs(tags)]);
    }

    /// <summary>Reports that the CPU refused an item of several tags.</summary>
    public void Suspect(ReadItem item) => _suspects.Add(item);

    /// <summary>Records the CPU's reply for a tag that was read alone.</summary>
    public void Record(ReadTag tag, S7Fault? fault)
    {
        if (fault is null == tag.Refused is null || fault is { IsAboutAddress: false }) return;
        _isStale = true;
        tag.Refused = fault;
        if (fault is not null) return;
        // The whole block is probably available again, so its other tags are read again at once.
        foreach (var other in _refused)
        {
            if (other.Group == tag.Group) other.Refused = null;
        }
    }

    // Lets the tags of an isolated item share items again, if one of its tags was refused alone; else they stay alone.
    private void Settle()
    {
        foreach (var item in _isolatedItems)
        {
            if (item.Tags.All(tag => tag.Refused is null)) continue;
            foreach (var tag in item.Tags) tag.IsAlone = false;
        }

        _isolatedItems = [];
    }

    private void Rebuild(int pduSize)
    {
        PduSize = pduSize;
        _isStale = false;
        _refused = [.. _tags.Where(tag => tag.Refused is not null)];
        var jobs = Jobs(_tags.Where(tag => tag.Refused is null)).ToList();
        _probes = [.. _refused.Select(tag => new ReadJob([new ReadItem([tag.Cut(PduCapacity.From(PduSize).MaxRangeBytes).Last()])]))];
        _cut = [.. _tags.Where(tag => tag.Pieces > 1)];
        if (_probes.Length > 0) jobs.Add(_probes[0]);
        _steady = new RequestSet([.. jobs]);
    }

    private IEnumerable<ReadJob> Jobs(IEnumerable<ReadTag> tags)
    {
        var room = PduCapacity.From(PduSize);
        var stretches = OverlapMerge.Merge(tags, room.MaxRangeBytes);
        var extents = new Extent[stretches.Length];
        for (var i = 0; i < extents.Length; i++) extents[i] = ExtentOf(stretches[i], i == 0 ? default : extents[i - 1]);
        foreach (var runs in Packing.PackFewest(extents, room))
        {
            yield return new ReadJob([.. runs.Select(run =>
                new ReadItem([.. stretches[run.First..(run.Last + 1)].SelectMany(parts => parts)]))]);
        }
    }

    // A gap that contains bytes of a refused tag must not be read, because the CPU would refuse the whole item.
    private Extent ExtentOf(ReadPart[] parts, Extent before)
    {
        var extent = new Extent(parts[0].Tag.Group, parts.Min(part => part.Start), parts.Max(part => part.End), parts[0].Tag.IsAlone);
        return extent with
        {
            IsCutOff = Array.Exists(_refused,
                tag => tag.Group == extent.Group && tag.Start < extent.Start && tag.Start + tag.Bytes > before.End),
        };
    }
}
