using System.Runtime.InteropServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// One tag of a plan: decodes its value and keeps the refusals learned for it. Belongs to one <see cref="S7ReadPlan"/>, which sets
/// the refusals, within ReadAsync, one call at a time; not thread-safe. It performs no I/O, and a number or an unchanged text or
/// array allocates nothing.
/// </summary>
/// <param name="index">Index of the tag in the scan buffer.</param>
/// <param name="address">Area, block, offset and type of the value.</param>
internal sealed class ReadTag(int index, S7Address address)
{
    /// <summary>The reason of a tag whose bytes are no value of its type.</summary>
    public const string NoValue = "the bytes are no value of the tag's type";

    // Computed once from the address, because thousands of tags are decoded per scan.
    private readonly S7Type _type = address.Type;
    private readonly int _bit = address.Bit;
    private readonly CachedValue? _made = address.Type.IsText() || address.Count > 0 ? new CachedValue(address) : null;
    private byte[] _pieces = [];

    /// <summary>Index of the tag in the scan buffer.</summary>
    public int Index { get; } = index;

    public S7Area Area { get; } = address.Area;

    public int Block { get; } = address.Block;

    /// <summary>Number of the area and block; only tags of the same group can share an item.</summary>
    public int Group { get; } = (int)address.Area << 16 | address.Block;

    public int Start { get; } = address.Offset;

    public int Bytes { get; } = address.Bytes;

    /// <summary>The fault with which the CPU refused this tag when it was read alone; null if it did not.</summary>
    public S7Fault? Refused { get; set; }

    /// <summary>True if the tag must not share an item, because the CPU refused an item that held this tag and others.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Number of items that the tag is cut into because it is longer than a PDU; else 1.</summary>
    public int Pieces { get; private set; } = 1;

    /// <summary>Number of pieces that have not been received yet in this scan.</summary>
    public int Missing { get; set; }

    /// <summary>Sets the tag bad in the scan, with the quality and reason of a fault.</summary>
    public void Bad(ScanBuffer into, S7Fault fault) => into.Bad(Index, fault.Quality, fault.Reason);

    /// <summary>
    /// Cuts the tag into parts of at most this many bytes and sets <see cref="Pieces"/>. Runs while the parts are enumerated.
    /// </summary>
    public IEnumerable<ReadPart> Cut(int mostBytes)
    {
        Pieces = (Bytes + mostBytes - 1) / mostBytes;
        if (Pieces > 1) _pieces = new byte[Bytes];
        for (var at = 0; at < Bytes; at += mostBytes) yield return new ReadPart(this, at, Math.Min(mostBytes, Bytes - at));
    }

    /// <summary>Sets the value in the scan once all of its pieces are there.</summary>
    /// <param name="into">The scan.</param>
    /// <param name="bytes">The bytes of the tag or of one piece.</param>
    /// <param name="at">First byte of the piece in the tag's bytes.</param>
    public void Apply(ScanBuffer into, ReadOnlySpan<byte> bytes, int at)
    {
        if (Pieces == 1)
        {
            Decode(into, bytes);
            return;
        }

        bytes.CopyTo(_pieces.AsSpan(at));
        if (--Missing == 0) Decode(into, _pieces);
    }

    private void Decode(ScanBuffer into, ReadOnlySpan<byte> bytes)
    {
        if (_made is not null) DecodeMade(into, _made.Decode(bytes));
        else if (S7Values.TryNumber(_type, _bit, bytes, out var value)) into.Good(Index, value);
        else into.Bad(Index, Quality.BadType, NoValue);
    }

    private void DecodeMade(ScanBuffer into, Value value)
    {
        if (!value.IsNull) into.Good(Index, value);
        else into.Bad(Index, Quality.BadType, _made!.WhyNoValue ?? NoValue);
    }
}

/// <summary>A tag, or a piece of one that is longer than a PDU. Immutable.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="At">First byte of the piece in the tag's bytes.</param>
/// <param name="Bytes">Length of the piece.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadPart(ReadTag Tag, int At, int Bytes)
{
    public int Start => Tag.Start + At;

    public int End => Start + Bytes;
}
