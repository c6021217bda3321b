using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>
/// Elements that are read together, and the tags whose values are in them. More than fits into a reply is read in pieces, which may come in
/// any order.
/// </summary>
/// <param name="path">Path of the first element.</param>
/// <param name="elements">Number of elements.</param>
/// <param name="type">Their type.</param>
/// <param name="tags">The tags, and where their bytes begin.</param>
internal sealed class ElementGroup(byte[] path, int elements, TagType type, (PlannedTag Tag, int Offset, int Bytes)[] tags)
{
    private byte[] _bytes = [];
    private int _missing;
    private long _scan;

    public byte[] Path => path;

    public int Elements => elements;

    public TagType Type => type;

    /// <summary>Bytes of all elements.</summary>
    public int Bytes { get; } = elements * type.ElementBytes;

    public bool HasSeveralTags => tags.Length > 1;

    /// <summary>Takes one piece of the bytes.</summary>
    public void Accept(ReadScan scan, int offset, ReadOnlySpan<byte> bytes)
    {
        if (offset == 0 && (bytes.Length >= Bytes || type.IsVariable))
        {
            Read(scan.Into, bytes);
            return;
        }

        if (_scan != scan.Number) (_scan, _missing) = (scan.Number, Bytes);
        if (_bytes.Length == 0) _bytes = new byte[Bytes];
        bytes.CopyTo(_bytes.AsSpan(offset));
        _missing -= bytes.Length;
        if (_missing == 0) Read(scan.Into, _bytes);
    }

    public void Bad(ScanBuffer into, CipFault fault)
    {
        foreach (var (tag, _, _) in tags) tag.Bad(into, fault);
    }

    /// <summary>Reports the tags without a result as not read in this scan.</summary>
    public void NotRead(ScanBuffer into, string reason)
    {
        foreach (var (tag, _, _) in tags) tag.NotRead(into, reason);
    }

    /// <summary>Has the types of its tags found out again, and, if one of them may be at fault, has them asked for one by one.</summary>
    public void MarkStale(bool isolate)
    {
        foreach (var (tag, _, _) in tags) (tag.IsStale, tag.IsAlone) = (true, tag.IsAlone || (isolate && tags.Length > 1));
    }

    public bool Holds(IReadOnlySet<PlannedTag> wanted) => Array.Exists(tags, tag => wanted.Contains(tag.Tag));

    private void Read(ScanBuffer into, ReadOnlySpan<byte> bytes)
    {
        foreach (var (tag, offset, length) in tags) tag.Read(into, type.IsVariable ? bytes : bytes.Slice(offset, length));
    }
}

/// <summary>The request for one piece of an item. The scan collects what is left to do after its reply.</summary>
internal sealed class ReadPiece : CipItem
{
    private readonly ReadScan _scan;
    private readonly ElementGroup _item;
    private readonly int _offset;
    private readonly int _length;
    private CipFault? _lastFault;
    private bool _wasGood;

    /// <param name="scan">The scan that it belongs to.</param>
    /// <param name="item">What is read.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes that the reply is to have.</param>
    /// <param name="isAlone">The reply takes all the room of a message.</param>
    public ReadPiece(ReadScan scan, ElementGroup item, int offset, int length, bool isAlone)
    {
        (_scan, _item, _offset, _length, IsAlone) = (scan, item, offset, length, isAlone);
        var isWhole = offset == 0 && length == item.Bytes && !isAlone;
        Request = isWhole ? CipRequest.ReadTag(item.Path, item.Elements) : CipRequest.ReadTagFragmented(item.Path, item.Elements, offset);
    }

    public ElementGroup Item => _item;

    public override byte[] Request { get; }

    public override int ReplyBytes => CipReply.HeaderBytes + TagData.HeaderBytes(_item.Type.Type) + _length;

    public override bool IsAlone { get; }

    public override void Accept(in CipReply reply)
    {
        _scan.IsAnswered = true;
        if (reply.Status is not (0 or CipFault.NotEnoughRoom))
        {
            Refuse(reply);
        }
        else if (!TagData.TryRead(reply.Data, out var data))
        {
            // Without room for anything the piece is asked for again, alone.
            if (reply.Status != 0) Continue(0);
            else Fail(CipFault.CutOff);
        }
        else if (data.Type != _item.Type.Type || data.Handle != _item.Type.Handle)
        {
            ChangeType();
        }
        else if (data.Bytes.Length >= _length || (_item.Type.IsVariable && reply.Status == 0))
        {
            _wasGood = true;
            _item.Accept(_scan, _offset, data.Bytes[..Math.Min(_length, data.Bytes.Length)]);
        }
        else if (reply.Status != 0)
        {
            _item.Accept(_scan, _offset, data.Bytes);
            Continue(data.Bytes.Length);
        }
        else
        {
            ChangeType();
        }
    }

    public override void Fail(CipFault fault)
    {
        _scan.IsAnswered = true;
        if (fault.Status is CipFault.NotEnoughRoom or CipFault.ReplyTooLarge) Continue(0);
        else _item.Bad(_scan.Into, fault);
    }

    private void Refuse(in CipReply reply)
    {
        if (reply.Status == CipFault.ReplyTooLarge)
        {
            Continue(0);
            return;
        }

        if (_lastFault is null || _lastFault.Status != reply.Status || _lastFault.Extended != reply.ExtendedStatus)
            _lastFault = CipFault.From(reply);
        _item.Bad(_scan.Into, _lastFault);
        // Others that share the request may be innocent; one that was good may have become something else by a download.
        if (!_item.HasSeveralTags && !_wasGood) return;
        _wasGood = false;
        _item.MarkStale(isolate: _lastFault.Quality == Quality.BadAddress);
        _scan.HasStale = true;
    }

    private void ChangeType()
    {
        _item.Bad(_scan.Into, CipFault.OtherLength);
        _item.MarkStale(isolate: true);
        _scan.HasStale = true;
    }

    private void Continue(int received)
    {
        // A piece that is alone and gets nothing would get nothing for ever.
        if (received == 0 && IsAlone) _item.Bad(_scan.Into, CipFault.From(CipFault.NotEnoughRoom, 0));
        else _scan.Continuations.Add(new ReadPiece(_scan, _item, _offset + received, _length - received, isAlone: true));
    }
}

/// <summary>Asks once more for a tag that the controller refuses, in case that it exists now.</summary>
internal sealed class RefusedPiece(ReadScan scan, PlannedTag tag) : CipItem
{
    private CipFault _fault = tag.Binding.Fault!;

    public PlannedTag Tag => tag;

    public override byte[] Request { get; } = CipRequest.ReadTag(CipPath.Tag(tag.Binding.Address), 1);

    public override int ReplyBytes => CipReply.HeaderBytes + 4 + sizeof(long);

    public override void Accept(in CipReply reply)
    {
        scan.IsAnswered = true;
        if (reply.Status is 0 or CipFault.NotEnoughRoom)
        {
            scan.HasStale = tag.IsStale = true;
            return;
        }

        if (_fault.Status != reply.Status || _fault.Extended != reply.ExtendedStatus) _fault = CipFault.From(reply);
        tag.Bad(scan.Into, _fault);
    }

    public override void Fail(CipFault fault)
    {
        scan.IsAnswered = true;
        tag.Bad(scan.Into, fault);
    }
}

/// <summary>The scan that is running, and what its replies leave to do.</summary>
internal sealed class ReadScan
{
    public ScanBuffer Into { get; private set; } = null!;

    /// <summary>Rises from scan to scan.</summary>
    public long Number { get; private set; }

    /// <summary>True after any reply.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>True when the types of some tags have to be found out again.</summary>
    public bool HasStale { get; set; }

    /// <summary>True when the controller's program has changed, so that numbers of symbols may name other tags.</summary>
    public bool HasProgramChanged { get; set; }

    /// <summary>The items that did not fit into replies.</summary>
    public List<ReadPiece> Continuations { get; } = [];

    public void Begin(ScanBuffer into)
    {
        (Into, IsAnswered, HasStale, HasProgramChanged) = (into, false, false, false);
        Number++;
        Continuations.Clear();
    }
}
