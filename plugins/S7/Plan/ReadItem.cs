using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// One item of a request and the tags that it fills. One <see cref="ReadJob"/> owns it and calls it within ReadAsync, one call at a time.
/// Its ranges are immutable; its tags are not. It performs no I/O.
/// </summary>
/// <param name="parts">The tags or pieces of tags, at least one, all of one area and block.</param>
internal sealed class ReadItem(ReadPart[] parts)
{
    private readonly ReadPart[] _parts = parts;
    private byte[]? _widened;

    public int Start { get; } = parts.Min(part => part.Start);

    public int Bytes { get; } = parts.Max(part => part.End) - parts.Min(part => part.Start);

    public IEnumerable<ReadTag> Tags => _parts.Select(part => part.Tag);

    /// <summary>The tag of the item if there is only one, so that a refusal is about this tag; else null.</summary>
    public ReadTag? SingleTag => _parts.Length == 1 ? _parts[0].Tag : null;

    /// <summary>True for timers and counters in the areas that an S7-200 does not have.</summary>
    public bool IsTimer => _parts[0].Tag.Area is S7Area.Timer or S7Area.Counter;

    public void Write(Span<byte> packet, int index) =>
        VarItem.Write(ReadVar.Item(packet, index), _parts[0].Tag.Area, _parts[0].Tag.Block, Start, Bytes);

    /// <summary>Sets the values of the tags in the scan from the bytes of the item.</summary>
    public void Apply(ScanBuffer into, ReadOnlySpan<byte> bytes)
    {
        foreach (ref readonly var part in _parts.AsSpan()) part.Tag.Apply(into, bytes.Slice(part.Start - Start, part.Bytes), part.At);
    }

    /// <summary>
    /// Widens values of timers or counters of an S7-200 that came without the status byte, two or four bytes each, to the form in which the
    /// tags decode them. Returns false for other items and lengths. Allocates only at the first such reply.
    /// </summary>
    public bool TryWiden(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> widened)
    {
        widened = default;
        if (_parts[0].Tag.Area is not (S7Area.Timer200 or S7Area.Counter200)) return false;
        var each = VarItem.NumberedBytes(_parts[0].Tag.Area);
        var count = Bytes / each;
        var given = bytes.Length / count;
        if (given * count != bytes.Length || given is not (2 or 4) || given > each) return false;
        _widened ??= new byte[Bytes];
        for (var i = 0; i < count; i++)
            bytes.Slice(i * given, given).CopyTo(_widened.AsSpan(((i + 1) * each) - given));
        widened = _widened;
        return true;
    }

    /// <summary>Sets all tags of the item bad.</summary>
    public void Bad(ScanBuffer into, Quality quality, string reason)
    {
        foreach (ref readonly var part in _parts.AsSpan()) into.Bad(part.Tag.Index, quality, reason);
    }

    /// <summary>Reports all tags of the item as not read in this scan.</summary>
    public void NotRead(ScanBuffer into, string reason)
    {
        foreach (ref readonly var part in _parts.AsSpan()) into.NotRead(part.Tag.Index, reason);
    }
}
