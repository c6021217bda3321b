using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// The prepared reading of a set of tags for PDUs of one size. It learns: when the CPU refuses an item of several tags, each of them is
/// asked for alone in the same scan; what is refused then is set apart and remembered, the rest is merged again.
/// </summary>
internal sealed class ReadPlan
{
    private readonly ReadTag[] _tags;
    private readonly List<ReadItem> _suspects = [];
    private ReadTag[] _cut = [];
    private ReadTag[] _refused = [];
    private ReadJob[] _probes = [];
    private JobSet _steady = null!;
    private ReadItem[] _hunted = [];
    private bool _isStale;
    private int _probe;

    public ReadPlan(IEnumerable<S7Address> addresses, int pduSize)
    {
        _tags = [.. addresses.Select((address, index) => new ReadTag(index, address))];
        Rebuild(pduSize);
    }

    /// <summary>The PDU size that the plan is made for.</summary>
    public int PduSize { get; private set; }

    /// <summary>The requests of a scan.</summary>
    public JobSet Steady => _steady;

    /// <summary>
    /// Begins a scan: refused tags get their reason again, and one of them in turn is asked for once more, so that it heals when the CPU
    /// does and a table full of wrong addresses costs one request, not many.
    /// </summary>
    public JobSet Begin(ScanBuffer into, int pduSize)
    {
        if (_isStale || pduSize != PduSize) Rebuild(pduSize);
        foreach (var job in _steady.Jobs) job.IsAnswered = false;
        foreach (var tag in _cut) tag.Missing = tag.Pieces;
        foreach (var tag in _refused) tag.Bad(into, tag.Refused!);
        if (_probes.Length == 0) return _steady;
        _probe = (_probe + 1) % _probes.Length;
        _probes[_probe].IsAnswered = false;
        _steady.Replace(_steady.Jobs.Length - 1, _probes[_probe]);
        return _steady;
    }

    /// <summary>The requests that find out which tags of refused items are to blame; null when there is nothing to find out.</summary>
    public JobSet? Hunt()
    {
        Settle();
        if (_suspects.Count == 0) return null;
        _hunted = [.. _suspects];
        _suspects.Clear();
        var tags = _hunted.SelectMany(item => item.Tags).Distinct().ToArray();
        foreach (var tag in tags) (tag.IsAlone, tag.Missing) = (true, tag.Pieces);
        _isStale = true;
        return new JobSet([.. Jobs(tags)]);
    }

    /// <summary>The CPU refused an item of several tags.</summary>
    public void Suspect(ReadItem item) => _suspects.Add(item);

    /// <summary>The CPU answered for one tag alone.</summary>
    public void Learn(ReadTag tag, S7Fault? fault)
    {
        if (fault is null == tag.Refused is null || fault is { IsAboutAddress: false }) return;
        _isStale = true;
        tag.Refused = fault;
        if (fault is not null) return;
        // Most likely the whole block is back, so its other tags need not wait for their turns.
        foreach (var other in _refused)
        {
            if (other.Group == tag.Group) other.Refused = null;
        }
    }

    // Where a tag is to blame, its neighbours may be read together again.
    private void Settle()
    {
        foreach (var item in _hunted)
        {
            if (item.Tags.All(tag => tag.Refused is null)) continue;
            foreach (var tag in item.Tags) tag.IsAlone = false;
        }

        _hunted = [];
    }

    private void Rebuild(int pduSize)
    {
        PduSize = pduSize;
        _isStale = false;
        _refused = [.. _tags.Where(tag => tag.Refused is not null)];
        var jobs = Jobs(_tags.Where(tag => tag.Refused is null)).ToList();
        _probes = [.. _refused.Select(tag => new ReadJob([new ReadItem([tag.Cut(PduRoom.Of(PduSize).MostRun).Last()])]))];
        _cut = [.. _tags.Where(tag => tag.Pieces > 1)];
        if (_probes.Length > 0) jobs.Add(_probes[0]);
        _steady = new JobSet([.. jobs]);
    }

    private IEnumerable<ReadJob> Jobs(IEnumerable<ReadTag> tags)
    {
        var room = PduRoom.Of(PduSize);
        var stretches = Stretches.Of(tags, room.MostRun);
        var extents = new Extent[stretches.Length];
        for (var i = 0; i < extents.Length; i++) extents[i] = ExtentOf(stretches[i], i == 0 ? default : extents[i - 1]);
        foreach (var runs in Packing.Least(extents, room))
        {
            yield return new ReadJob([.. runs.Select(run =>
                new ReadItem([.. stretches[run.First..(run.Last + 1)].SelectMany(parts => parts)]))]);
        }
    }

    // What the CPU refuses must not be read as a gap either.
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
