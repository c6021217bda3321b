using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>One tag of a plan, and what the CPU's answers have taught about it.</summary>
/// <param name="index">The tag's place in the scan buffer.</param>
/// <param name="address">Where it is.</param>
internal sealed class ReadTag(int index, S7Address address)
{
    private const string NoValue = "the bytes are no value of the tag's type";
    private const string NoString = "the CPU's text is longer than the address says, or its head is none of a string";

    // Copied out of the address: thousands of tags are decoded a scan.
    private readonly S7Type _type = address.Type;
    private readonly int _bit = address.Bit;
    private readonly MadeValue? _made = address.Type.IsText() || address.Count > 0 ? new MadeValue(address) : null;
    private byte[] _pieces = [];

    public int Index { get; } = index;

    public S7Area Area { get; } = address.Area;

    public int Block { get; } = address.Block;

    /// <summary>Tags of one group can share an item.</summary>
    public int Group { get; } = (int)address.Area << 16 | address.Block;

    public int Start { get; } = address.Offset;

    public int Bytes { get; } = address.Bytes;

    /// <summary>Why the CPU refuses this tag even when asked for it alone; null when it does not.</summary>
    public S7Fault? Refused { get; set; }

    /// <summary>True when the CPU refused an item that held this tag and others.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Items that the tag is cut into because it is longer than a PDU; else 1.</summary>
    public int Pieces { get; private set; } = 1;

    /// <summary>Pieces that did not come in yet in this scan.</summary>
    public int Missing { get; set; }

    public void Bad(ScanBuffer into, S7Fault fault) => into.Bad(Index, fault.Quality, fault.Reason);

    /// <summary>Cuts the tag into items of at most this many bytes.</summary>
    public IEnumerable<ReadPart> Cut(int mostBytes)
    {
        Pieces = (Bytes + mostBytes - 1) / mostBytes;
        if (Pieces > 1) _pieces = new byte[Bytes];
        for (var at = 0; at < Bytes; at += mostBytes) yield return new ReadPart(this, at, Math.Min(mostBytes, Bytes - at));
    }

    /// <summary>Puts the value into the scan, once all of its pieces are there.</summary>
    public void Take(ScanBuffer into, ReadOnlySpan<byte> bytes, int at)
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
        if (_made is not null) DecodeMade(into, _made.Of(bytes));
        else if (S7Values.TryNumber(_type, _bit, bytes, out var value)) into.Good(Index, value);
        else into.Bad(Index, Quality.BadType, NoValue);
    }

    private void DecodeMade(ScanBuffer into, Value value)
    {
        if (!value.IsNull) into.Good(Index, value);
        else into.Bad(Index, Quality.BadType, _type is S7Type.String or S7Type.WString ? NoString : NoValue);
    }
}
