using PlantRuntime.Plugins.EtherNetIp.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Requests;

/// <summary>
/// An exchange whose rounds depend on the replies to the ones before: a write, the tag list, questions about the controller. A round whose
/// packets are refused is sent again, request by request; one packet that is refused is sent again in halves.
/// </summary>
/// <param name="rounds">Yields the requests of a round, and goes on when these are answered.</param>
/// <param name="transport">How messages travel in this session.</param>
/// <param name="limits">The controller's limits.</param>
internal sealed class RoundExchange(IEnumerable<IReadOnlyList<CipItem>> rounds, CipTransport transport, LearntLimits limits) : IExchange
{
    private readonly IEnumerator<IReadOnlyList<CipItem>> _rounds = rounds.GetEnumerator();
    private PackedRequests? _round;

    int IExchange.PrepareRound()
    {
        if (_round?.Halves(transport) is { } halves)
        {
            _round = halves;
            return halves.Count;
        }

        if (_round is { IsPacketRefused: true })
        {
            limits.RefusePackets();
            return Prepare();
        }

        while (_rounds.MoveNext())
        {
            if (_rounds.Current.Count > 0) return Prepare();
        }

        return 0;
    }

    Memory<byte> IExchange.Frames(int first, int count) => _round!.Frames(first, count);

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        _round!.Accept(request, frame);
        return true;
    }

    bool IExchange.TryCompleteAtTimeout() => false;

    private int Prepare()
    {
        _round = PackedRequests.Create(_rounds.Current, transport, limits.ReplyRoom(transport), limits.HasPackets);
        return _round.Count;
    }
}
