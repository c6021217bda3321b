using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Slc;

/// <summary>
/// One tag of a scan: its bytes and value while the replies come in. Owned by one <see cref="SlcPlan"/>; called within <c>ReadAsync</c>,
/// one call at a time.
/// </summary>
/// <param name="index">The tag's place in the scan buffer.</param>
/// <param name="address">Where it is.</param>
internal sealed class SlcTag(int index, SlcAddress address)
{
    private const string NoValue = "the bytes are no value of the tag's type";

    private byte[] _bytes = new byte[address.Bytes];
    private Value _value;
    private int _missing;

    public SlcAddress Address => address;

    /// <summary>True when the tag must not share a request: one that it shared has failed.</summary>
    public bool IsAlone { get; set; }

    private bool IsCached => address.Count > 0 || address.Type == EtherNetIpType.ShortString;

    public void Begin() => _missing = address.Bytes;

    /// <summary>Takes some of its bytes; the value is complete when all are there.</summary>
    public void Accept(ScanBuffer into, int offset, ReadOnlySpan<byte> bytes)
    {
        var own = _bytes.AsSpan(offset, bytes.Length);
        var isSame = IsCached && !_value.IsNull && own.SequenceEqual(bytes);
        bytes.CopyTo(own);
        if (!isSame && IsCached) _value = default;
        _missing -= bytes.Length;
        if (_missing > 0) return;
        if (_value.IsNull || !IsCached) _value = Create();
        if (_value.IsNull) into.Bad(index, Quality.BadType, NoValue);
        else into.Good(index, _value);
    }

    /// <summary>Reports that the tag was not read in this scan, unless it has a result.</summary>
    public void NotRead(ScanBuffer into, string reason)
    {
        if (!into.IsSet(index)) into.NotRead(index, reason);
    }

    public void Bad(ScanBuffer into, CipFault fault) => into.Bad(index, fault.Quality, fault.Reason);

    private Value Create()
    {
        if (address.Count == 0) return SlcValues.Read(address, _bytes);
        var items = new Value[address.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = SlcValues.Read(address, _bytes.AsSpan(i * address.ElementBytes));
            if (items[i].IsNull) return default;
        }

        return Value.Of(items);
    }
}

/// <summary>A run of bytes of one file that is read with one command, and the tags that are in it.</summary>
internal sealed class SlcItem : CipItem
{
    private readonly SlcScan _scan;
    private readonly List<SlcTag> _tags;
    private readonly ushort _transaction;
    private readonly int _start;
    private readonly int _bytes;

    public SlcItem(SlcScan scan, List<SlcTag> tags, int start, int end, ushort transaction)
    {
        (_scan, _tags, _start, _bytes, _transaction) = (scan, tags, start, end - start, transaction);
        var address = tags[0].Address;
        var (element, word) = address.At(start);
        Request = Pccc.CreateRead(transaction, (byte)address.File, address.Number, element, word, _bytes);
    }

    public override byte[] Request { get; }

    public override int ReplyBytes => CipReply.HeaderBytes + _bytes;

    public override bool IsAlone => true;

    public override void Accept(in CipReply reply)
    {
        var fault = Pccc.Read(reply, _transaction, out var bytes);
        if (fault is null && bytes.Length < _bytes) fault = CipFault.OtherLength;
        if (fault is not null)
        {
            Fail(fault);
            return;
        }

        _scan.IsAnswered = true;
        foreach (var tag in _tags)
        {
            var from = Math.Max(_start, tag.Address.Start);
            var to = Math.Min(_start + _bytes, tag.Address.Start + tag.Address.Bytes);
            tag.Accept(_scan.Into, from - tag.Address.Start, bytes[(from - _start)..(to - _start)]);
        }
    }

    public override void Fail(CipFault fault)
    {
        _scan.IsAnswered = true;
        foreach (var tag in _tags) tag.Bad(_scan.Into, fault);
        if (_tags.Count > 1) _scan.Failed.Add(this);
    }

    /// <summary>Reports its tags without a result as not read in this scan.</summary>
    public void NotRead(string reason)
    {
        foreach (var tag in _tags) tag.NotRead(_scan.Into, reason);
    }

    /// <summary>Requests for each of its tags alone.</summary>
    public IEnumerable<SlcTag> Split()
    {
        foreach (var tag in _tags) tag.IsAlone = true;
        return _tags;
    }
}

/// <summary>The scan that is running.</summary>
internal sealed class SlcScan
{
    public ScanBuffer Into { get; private set; } = null!;

    public bool IsAnswered { get; set; }

    /// <summary>Requests of several tags that were refused.</summary>
    public List<SlcItem> Failed { get; } = [];

    public void Begin(ScanBuffer into)
    {
        (Into, IsAnswered) = (into, false);
        Failed.Clear();
    }
}
