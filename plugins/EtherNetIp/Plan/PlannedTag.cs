using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>One tag of a scan: where its value goes, and how it is made from the bytes of a reply.</summary>
/// <param name="index">The tag's place in the scan buffer.</param>
/// <param name="binding">Its address and type.</param>
internal sealed class PlannedTag(int index, TagBinding binding)
{
    private const string NoValue = "the bytes are no value of the tag's type";
    private const string NoText = "the text's LEN is larger than its DATA, or negative";

    private ValueCache? _cached;
    private EtherNetIpType _type;
    private int _bit = -1;

    public TagBinding Binding => binding;

    /// <summary>True when the tag's type has to be found out, for the first time or again.</summary>
    public bool IsStale { get; set; } = true;

    /// <summary>True when the tag must not share a request: one that it shared has failed.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Prepares the decoding after the type was found out.</summary>
    public void Prepare()
    {
        IsStale = !binding.IsSettled;
        if (binding.Type is not { } type) return;
        _bit = binding.IsBit ? binding.FirstBit : -1;
        _type = type.Type;
        _cached = !binding.IsBit && (binding.Address.Count > 0 || type.IsText || type.Structure is not null)
            ? new ValueCache(binding)
            : null;
    }

    /// <summary>Puts the value into the scan.</summary>
    public void Read(ScanBuffer into, ReadOnlySpan<byte> bytes)
    {
        Value value;
        if (_cached is not null)
        {
            value = _cached.From(bytes);
            if (value.IsNull) into.Bad(index, Quality.BadType, binding.Type!.IsText ? NoText : NoValue);
            else into.Good(index, value);
        }
        else if (_bit >= 0 ? EtherNetIpValues.TryReadBit(bytes, _bit, out value) : EtherNetIpValues.TryRead(_type, bytes, out value))
        {
            into.Good(index, value);
        }
        else
        {
            into.Bad(index, Quality.BadType, NoValue);
        }
    }

    /// <summary>Reports that the tag was not read in this scan, unless it has a result.</summary>
    public void NotRead(ScanBuffer into, string reason)
    {
        if (!into.IsSet(index)) into.NotRead(index, reason);
    }

    public void Bad(ScanBuffer into, CipFault fault) => into.Bad(index, fault.Quality, fault.Reason);
}
