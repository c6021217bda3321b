using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>One read request and the tags that its answer fills.</summary>
/// <param name="items">The tags: all of one unit and area.</param>
internal sealed class ReadBlock(ArraySegment<ReadItem> items)
{
    /// <summary>Bytes of a read request's frame, the same for all four functions.</summary>
    public const int FrameBytes = Mbap.Size + 5;

    private readonly ModbusAddress _first = items[0].Address;

    public ArraySegment<ReadItem> Items { get; } = items;

    public byte Unit => _first.Unit;

    public ModbusArea Area => _first.Area;

    public int Start { get; } = items.Min(item => item.Start);

    /// <summary>Registers or bits.</summary>
    public int Count { get; } = items.Max(item => item.End) - items.Min(item => item.Start);

    public void Write(Span<byte> frame)
    {
        var function = Area.ReadFunction();
        if (Area.IsBits()) ReadBits.Write(frame, Unit, function, (ushort)Start, (ushort)Count);
        else ReadRegisters.Write(frame, Unit, function, (ushort)Start, (ushort)Count);
    }

    /// <summary>True when an answer came in this scan, be it a refusal.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Fills the scan from a reply frame, or returns why it cannot and leaves the scan alone.</summary>
    public ReplyFault? Read(ReadOnlySpan<byte> frame, ScanBuffer into)
    {
        IsAnswered = true;
        var function = Area.ReadFunction();
        var fault = Area.IsBits()
            ? ReadBits.Parse(frame, Unit, function, Count, out var data)
            : ReadRegisters.Parse(frame, Unit, function, Count, out data);
        if (fault is not null) return fault;
        foreach (var item in Items) item.Decode(into, data, Start);
        return null;
    }

    public void Bad(ScanBuffer into, ReplyFault fault) => Bad(into, FaultQuality.Of(fault), fault.Reason);

    public void Bad(ScanBuffer into, Quality quality, string reason)
    {
        foreach (var item in Items) into.Bad(item.Index, quality, reason);
    }
}
