using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>One item of a request and the tags that it fills.</summary>
/// <param name="parts">The tags or pieces, all of one group.</param>
internal sealed class ReadItem(ReadPart[] parts)
{
    private readonly ReadPart[] _parts = parts;

    public int Start { get; } = parts.Min(part => part.Start);

    public int Bytes { get; } = parts.Max(part => part.End) - parts.Min(part => part.Start);

    public IEnumerable<ReadTag> Tags => _parts.Select(part => part.Tag);

    /// <summary>The tag to blame when the CPU refuses, if there is no other.</summary>
    public ReadTag? Only => _parts.Length == 1 ? _parts[0].Tag : null;

    public void Write(Span<byte> packet, int index) =>
        VarItem.Write(ReadVar.Item(packet, index), _parts[0].Tag.Area, _parts[0].Tag.Block, Start, Bytes);

    public void Take(ScanBuffer into, ReadOnlySpan<byte> bytes)
    {
        foreach (ref readonly var part in _parts.AsSpan()) part.Tag.Take(into, bytes.Slice(part.Start - Start, part.Bytes), part.At);
    }

    public void Bad(ScanBuffer into, Quality quality, string reason)
    {
        foreach (ref readonly var part in _parts.AsSpan()) into.Bad(part.Tag.Index, quality, reason);
    }
}
