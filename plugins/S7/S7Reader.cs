using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>Runs a plan and fills the scan from the answers.</summary>
internal sealed class S7Reader(ExchangeLoop loop, ReadPlan plan) : IReader, IExchange
{
    private const string NoAnswer = "no answer in time";

    // The scan that is running.
    private ScanBuffer _into = null!;
    private JobSet? _set;
    private bool _answered;

    /// <summary>The prepared plan.</summary>
    public ReadPlan Plan => plan;

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        (_into, _set, _answered) = (into, null, false);
        return loop.RunAsync(this, cancel);
    }

    int IExchange.Prepare(in SetupCommunication setup)
    {
        _set = _set is null ? plan.Begin(_into, setup.PduSize) : plan.Hunt();
        return _set?.Jobs.Length ?? 0;
    }

    Memory<byte> IExchange.Packets(int first, int count) => _set!.Packets(first, count);

    bool IExchange.Take(int request, ReadOnlySpan<byte> pdu)
    {
        _answered = true;
        _set!.Jobs[request].Read(pdu, _into, plan);
        return true;
    }

    // What was answered is good; only the rest is bad. A scan without any answer has failed.
    bool IExchange.TryEndEarly()
    {
        if (!_answered) return false;
        foreach (var job in _set!.Jobs)
        {
            if (!job.IsAnswered) job.Bad(_into, Quality.BadComm, NoAnswer);
        }

        return true;
    }
}
