using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>Type of a tag's elements in the controller.</summary>
/// <param name="Type">The type.</param>
/// <param name="Handle">Handle of a structure.</param>
/// <param name="Structure">The structure; null if the controller does not tell its members.</param>
internal sealed record TagType(EtherNetIpType Type, ushort Handle, Structure? Structure)
{
    private const int MostTextBytes = 256;

    /// <summary>Bytes of one element; for a text with a length byte the most that there can be.</summary>
    public int ElementBytes => Structure?.Bytes ?? (IsVariable ? MostTextBytes : Type.Bytes());

    /// <summary>True when a value may have fewer bytes than <see cref="ElementBytes"/>.</summary>
    public bool IsVariable => Structure is null && Type is (EtherNetIpType.ShortString or EtherNetIpType.LongString);

    public bool IsText => IsVariable || Structure?.TextCapacity > 0;

    /// <summary>The type as an engineer knows it.</summary>
    public override string ToString() => Type switch
    {
        EtherNetIpType.LongString => EtherNetIpType.ShortString.Name(),
        EtherNetIpType.Structure when IsText => Structure!.Name,
        EtherNetIpType.Structure => Structure?.Name ?? string.Create(CultureInfo.InvariantCulture, $"a structure with handle {Handle:X4}"),
        _ => Type.Name(),
    };
}

/// <summary>
/// A tag's address and what the controller says of it: its type, or why it cannot be accessed. The elements that a request names follow
/// from both, because a BOOL array is addressed by words of 32 bits.
/// </summary>
/// <param name="address">Where it is.</param>
/// <param name="isLogix">The controller is a Logix one, whose DWORDs are BOOL arrays.</param>
internal sealed class TagBinding(EtherNetIpAddress address, bool isLogix)
{
    private const int WordBits = 32;

    private bool _isContradiction;

    public EtherNetIpAddress Address { get; } = address;

    /// <summary>The type; null until it is known, and while there is a fault.</summary>
    public TagType? Type { get; private set; }

    /// <summary>Why the tag cannot be accessed; null when it can, or is not known yet.</summary>
    public CipFault? Fault { get; private set; }

    /// <summary>True when the fault is the controller's answer, which can change.</summary>
    public bool IsRefused => Fault is { Status: not 0 };

    /// <summary>True when the type is known, or address and type contradict each other; false when the reply made no sense.</summary>
    public bool IsSettled => Type is not null || IsRefused || _isContradiction;

    public bool IsBoolArray { get; private set; }

    /// <summary>Address of the first element of the request.</summary>
    public EtherNetIpAddress Start { get; private set; } = address;

    /// <summary>Elements of the request.</summary>
    public int Elements { get; private set; } = Math.Max(1, address.Count);

    /// <summary>Bit of the first element that the value begins at; 0 unless bits are meant.</summary>
    public int FirstBit => IsBoolArray ? Address.LastIndex % WordBits : Math.Max(0, Address.Bit);

    /// <summary>True for a single bit of an integer or of a BOOL array.</summary>
    public bool IsBit => Address.Bit >= 0 || (IsBoolArray && Address.Count == 0);

    public void Forget() => (Type, Fault, _isContradiction) = (null, null, false);

    public void Refuse(CipFault fault) => (Type, Fault, _isContradiction) = (null, fault, false);

    /// <summary>Takes the type that the controller gave, unless the address contradicts it.</summary>
    public void Resolve(TagType type)
    {
        IsBoolArray = isLogix && type.Type == EtherNetIpType.Dword && Address.IsElement && Address.Bit < 0;
        (Start, Elements) = (Address, Math.Max(1, Address.Count));
        if (IsBoolArray)
        {
            var word = Address.LastIndex / WordBits;
            Start = Address.At(word);
            Elements = ((Address.LastIndex + Elements - 1) / WordBits) - word + 1;
        }

        var objection = Objection(type);
        _isContradiction = objection is not null;
        Type = objection is null ? type : null;
        Fault = objection is null ? null : new CipFault(0, 0, Quality.BadType, objection);
    }

    private string? Objection(TagType type)
    {
        if (isLogix && type.Type == EtherNetIpType.Dword && !IsBoolArray)
        {
            return Address.IsElement
                ? $"an element of a BOOL array has no bits: name it as {(Address with { Bit = -1 })}"
                : $"a BOOL array: name one element, {Address}[0], or a slice, {Address}[0..31]";
        }

        if (Address.Bit >= 0 && !type.Type.HasBits()) return $"the tag is {type}, which has no bits to name";
        if (Address.Bit >= 8 * type.ElementBytes) return $"the tag is {type}, which has the bits 0 to {(8 * type.ElementBytes) - 1}";
        if (type is { Type: EtherNetIpType.Structure, Structure: null })
            return $"{type}, whose members the controller does not tell: name its members, or give the tag the type STRING if it is a text";
        if (type.ElementBytes == 0) return $"the controller gives {type}, which this driver does not know";
        if (type.IsVariable && Address.Count > 0) return "a slice of texts cannot be read here: give each text a tag of its own";
        return Address.Type is { } declared && !Fits(declared, type)
            ? $"the tag is {Shown(type)} in the controller, not {declared.Name()}"
            : null;
    }

    private string Shown(TagType type) => Address.Bit >= 0 || IsBoolArray ? EtherNetIpType.Bool.Name() : type.ToString();

    private bool Fits(EtherNetIpType declared, TagType type) => declared switch
    {
        EtherNetIpType.Bool => Address.Bit >= 0 || IsBoolArray || type.Type == EtherNetIpType.Bool,
        EtherNetIpType.ShortString => type.IsText,
        _ => declared == type.Type && Address.Bit < 0 && !IsBoolArray,
    };
}
