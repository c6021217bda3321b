using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Runs a read plan: sends its requests, then those that isolate refused tags, and fills the scan from the replies. The host calls
/// <see cref="ReadAsync"/>; within it <see cref="ExchangeLoop{TSession}"/> calls the <see cref="IExchange"/> members, one call at a time;
/// not thread-safe. It owns its plan and borrows the driver's loop.
/// </summary>
internal sealed class S7Reader(ExchangeLoop<S7Session> loop, S7ReadPlan plan, TimeProvider time) : IReader, IExchange
{
    private const string NoAnswer = "no answer in time";
    private const string NotAsked = "not asked in this scan, because no time was left";

    private readonly PollingOrder _order = new(time);

    // State of the running scan.
    private ScanBuffer _into = null!;
    private RequestSet? _set;
    private bool _answered;

    // True if the last scan lost the connection: the host connects and reads again at once, and only a second loss leaves tags unread.
    private bool _wasLost;

    /// <summary>The prepared plan, owned by this reader.</summary>
    public S7ReadPlan Plan => plan;

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        (_into, _set, _answered) = (into, null, false);
        return loop.RunAsync(this, cancel);
    }

    int IExchange.PrepareRound()
    {
        var isFirst = _set is null;
        _set = isFirst ? plan.Begin(_into, loop.Session.Setup.PduSize) : plan.BeginIsolation();
        if (isFirst) _order.Begin(_set!.Jobs);
        if (_set is null) _wasLost = false;
        return _set?.Jobs.Length ?? 0;
    }

    Memory<byte> IExchange.Frames(int first, int count)
    {
        _order.Sent(new ReadOnlySpan<ReadJob>(_set!.Jobs, first, count));
        return _set.Packets(first, count);
    }

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        var pdu = CotpData.Pdu(frame);
        _answered = true;
        _order.Answered(_set!.Jobs[request]);
        _set!.Jobs[request].Read(pdu, _into, plan);
        return true;
    }

    // Tags whose request was answered keep their result. A scan without any reply fails.
    bool IExchange.TryCompleteAtTimeout()
    {
        EndEarly(NoAnswer);
        return _answered;
    }

    bool IExchange.TryCompleteWithoutConnection(string reason)
    {
        if (!_answered || !_wasLost) return false;
        PollingOrder.Postpone(_set!.Jobs);
        EndEarly(reason);
        return true;
    }

    string IExchange.ConnectionLost(string reason)
    {
        _wasLost = true;
        if (_set is not null) PollingOrder.Postpone(_set.Jobs);
        EndEarly(reason);
        return reason;
    }

    // Reports what is missing and orders the requests for the next scan.
    private void EndEarly(string reason)
    {
        if (_set is null) return;
        foreach (var job in _set.Jobs)
        {
            if (!job.IsAnswered) job.NotRead(_into, job.IsSent ? reason : NotAsked);
        }

        if (_set == plan.Steady) plan.Reorder(_order);
    }
}
