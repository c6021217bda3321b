using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// One read request and the tags that its reply fills. A <see cref="ModbusReadPlan"/> or <see cref="BadTagIsolation"/> owns it; called
/// within ReadAsync, one call at a time. It performs no I/O.
/// </summary>
/// <param name="items">The tags, at least one, all of the same unit and area.</param>
/// <param name="dialect">The options of the device.</param>
internal sealed class ReadBlock(ArraySegment<ModbusReadTag> items, ModbusDialect dialect) : PolledRequest
{
    private readonly ModbusAddress _first = items[0].Address;

    // Plain registers that follow each other on the device and in the scan, as most tags of large tables do: the index of the first tag,
    // the place of its value in the data of a reply, and the number of tags. The other tags decode themselves.
    private readonly (int Index, int At, int Count)[] _runs = [.. Runs(items)];
    private readonly ModbusReadTag[] _others = [.. items.Where(item => !item.IsPlainRegister)];

    public ArraySegment<ModbusReadTag> Items { get; } = items;

    public byte Unit => _first.Unit;

    public ModbusArea Area => _first.Area;

    /// <summary>The first register or bit that is read.</summary>
    public int Start { get; } = items.Min(item => item.Start);

    /// <summary>Number of registers or bits that are read.</summary>
    public int Count { get; } = items.Max(item => item.End) - items.Min(item => item.Start);

    /// <summary>
    /// The request that the device left unanswered, if this one reads one of its tags to see whether its unit answers at all.
    /// </summary>
    public ReadBlock? ProbeFor { get; private init; }

    /// <summary>Creates a request for some of the tags.</summary>
    public ReadBlock Part(ArraySegment<ModbusReadTag> part) => new(part, dialect);

    /// <summary>Creates a request for one of the tags, which takes the place of this one in the order of the scan.</summary>
    public ReadBlock Probe(int item)
    {
        var probe = new ReadBlock(Items.Slice(item, 1), dialect) { ProbeFor = this };
        probe.TakePlaceOf(this);
        return probe;
    }

    /// <summary>Writes the request frame; its transaction id is stamped when it is sent.</summary>
    public void Write(Span<byte> frame) => ModbusReadRequest.Write(frame, Unit, Area.ReadFunction(), (ushort)Start, (ushort)Count, dialect);

    /// <summary>Fills the scan from a reply frame. Returns the fault, without a change of the scan, if the reply has no data.</summary>
    public ReplyFault? Read(ReadOnlySpan<byte> frame, ScanBuffer into)
    {
        if (ModbusReadRequest.ParseReply(frame, Unit, Area.ReadFunction(), Count, dialect, out var data) is { } fault) return fault;
        foreach (var (index, at, count) in _runs)
        {
            var registers = MemoryMarshal.Cast<byte, ushort>(data.Slice(at, ModbusDialect.StandardRegisterBytes * count));
            var samples = into.GoodRun(index, count);
            for (var i = 0; i < samples.Length && i < registers.Length; i++) samples[i].Value = (long)BigEndian(registers[i]);
        }

        foreach (var item in _others) item.Decode(into, data, Start);
        return null;
    }

    /// <summary>Sets all tags of the request bad with the quality and reason of a fault.</summary>
    public void Bad(ScanBuffer into, ReplyFault fault)
    {
        foreach (var item in Items) item.Bad(into, fault);
    }

    /// <summary>Reports all tags of the request as not read in this scan.</summary>
    public void NotRead(ScanBuffer into, string reason)
    {
        foreach (var item in Items) into.NotRead(item.Index, reason);
    }

    private static ushort BigEndian(ushort register) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(register) : register;

    private static IEnumerable<(int Index, int At, int Count)> Runs(ArraySegment<ModbusReadTag> items)
    {
        var start = items.Min(item => item.Start);
        var plain = items.Where(item => item.IsPlainRegister).ToArray();
        for (int first = 0, end; first < plain.Length; first = end)
        {
            for (end = first + 1; end < plain.Length; end++)
            {
                if (plain[end].Index != plain[end - 1].Index + 1 || plain[end].Start != plain[end - 1].Start + 1) break;
            }

            yield return (plain[first].Index, ModbusDialect.StandardRegisterBytes * (plain[first].Start - start), end - first);
        }
    }
}
