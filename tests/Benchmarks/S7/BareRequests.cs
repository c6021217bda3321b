using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Wire;

namespace PlantRuntime.Benchmarks.S7;

/// <summary>Request packets, one behind the other, as the driver prepared them.</summary>
internal sealed class BareRequests
{
    private readonly byte[] _packets;
    private readonly int[] _ends;

    private BareRequests(byte[] packets, int count)
    {
        _packets = packets;
        _ends = new int[count + 1];
        for (var i = 0; i < count; i++) _ends[i + 1] = _ends[i] + (packets[_ends[i] + 2] << 8 | packets[_ends[i] + 3]);
    }

    public int Count => _ends.Length - 1;

    public static BareRequests Of(RequestSet set) => new(set.Packets(0, set.Jobs.Length).ToArray(), set.Jobs.Length);

    public static BareRequests Of(IExchange exchange)
    {
        var count = exchange.PrepareRound();
        return new BareRequests(exchange.Frames(0, count).ToArray(), count);
    }

    public Memory<byte> Packets(int first, int count) => _packets.AsMemory(_ends[first].._ends[first + count]);
}
