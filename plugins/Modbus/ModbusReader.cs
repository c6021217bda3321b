using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>
/// Runs a read plan: sends its requests in bursts, each after the previous one is answered, then the requests that isolate bad tags, and
/// fills the scan from the replies. The host calls <see cref="ReadAsync"/>; within it <see cref="ExchangeLoop{TSession}"/> calls the
/// <see cref="IExchange"/> members, one call at a time; not thread-safe. It owns its plan and borrows the driver's loop.
/// </summary>
internal sealed class ModbusReader(ModbusDriver driver, ModbusReadPlan plan) : IReader, IExchange
{
    private const string NotAsked = "not asked in this scan, because no time was left";

    private readonly BadTagIsolation _isolation = new(plan);
    private readonly PollingOrder _order = new(driver.Time);

    // State of the running scan. The burst is the _burst requests of the plan from _next on; 0 means that bad tags are being isolated.
    private ScanBuffer _into = null!;
    private int _next;
    private int _burst;
    private bool _isAnswered;
    private bool _isBusy;
    private bool _isPlanStale;

    // True if a request of this scan was given up, and if one that isolates bad tags was: the isolation goes on in the next scan then.
    private bool _hasGivenUp;
    private bool _isIsolationOver;

    // True if the last scan lost the connection: the host connects and reads again at once, and only a second loss leaves tags unread.
    private bool _wasLost;

    // A device without any reply is not asked more.
    private bool CanIsolate => !_isIsolationOver && (_isAnswered || !_hasGivenUp);

    /// <summary>The prepared plan, owned by this reader.</summary>
    public ModbusReadPlan Plan => plan;

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        (_into, _next, _burst, _isAnswered, _hasGivenUp, _isIsolationOver) = (into, 0, 0, false, false, false);
        plan.Begin(into);
        _order.Begin(plan.Blocks);
        _isolation.Begin();
        return driver.Loop.RunAsync(this, cancel);
    }

    int IExchange.PrepareRound()
    {
        if (_burst > 0) driver.ReportBurst(_burst, isWhole: !_isBusy);
        _next += _burst;
        _isBusy = false;
        _burst = Math.Min(driver.Pipeline.Current, plan.Blocks.Length - _next);
        if (_burst > 0) return _burst;
        _isPlanStale |= plan.Bisections.Count > 0;
        if (CanIsolate && _isolation.TryPrepareRequest(_into)) return 1;
        if (_hasGivenUp) _isPlanStale |= plan.Reorder(_order);
        RefreshPlan();
        _wasLost = false;
        return _isAnswered || !_hasGivenUp ? 0 : throw new TimeoutException(driver.WhyNoReply ?? ModbusDriver.NoAnswer);
    }

    Memory<byte> IExchange.Frames(int first, int count)
    {
        if (_burst == 0) return _isolation.Frame;
        _order.Sent(plan.Blocks.Slice(_next + first, count));
        return plan.Frames(_next + first, count);
    }

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        _isAnswered = true;
        if (_burst == 0) _isolation.Accept(frame, _into);
        else Accept(plan.Blocks[_next + request], frame);
        return true;
    }

    void IExchange.GiveUp(int request)
    {
        _hasGivenUp = true;
        _isIsolationOver = _burst == 0;
        if (_isIsolationOver) _isolation.EndWithoutReply();
        else plan.Blocks[_next + request].NotRead(_into, driver.WhyNoReply ?? ModbusDriver.NoAnswer);
    }

    // Tags whose request was answered keep their result. A scan without any reply fails, unless the reason is known.
    bool IExchange.TryCompleteAtTimeout()
    {
        var why = driver.WhyNoReply;
        EndEarly(why ?? ModbusDriver.NoAnswer, why ?? NotAsked);
        return _isAnswered || why is not null;
    }

    bool IExchange.TryCompleteWithoutConnection(string reason)
    {
        if (!_isAnswered || !_wasLost) return false;
        PollingOrder.Postpone(plan.Blocks);
        EndEarly(reason, NotAsked);
        return true;
    }

    string IExchange.ConnectionLost(string reason)
    {
        _wasLost = true;
        PollingOrder.Postpone(plan.Blocks);
        EndEarly(reason, NotAsked);
        return reason;
    }

    // Reports what is missing and orders the requests for the next scan.
    private void EndEarly(string noAnswer, string notAsked)
    {
        if (_burst > 0) driver.ReportBurst(_burst, isWhole: false);
        else _isolation.EndWithoutReply();
        foreach (var block in plan.Blocks)
        {
            if (!block.IsAnswered) block.NotRead(_into, block.IsSent ? noAnswer : notAsked);
        }

        _isPlanStale |= plan.Reorder(_order);
        RefreshPlan();
    }

    private void Accept(ReadBlock block, ReadOnlySpan<byte> frame)
    {
        _order.Answered(block);
        if (block.Read(frame, _into) is not { } fault)
        {
            _isPlanStale |= plan.Accept(block);
            return;
        }

        block.Bad(_into, fault);
        _isBusy |= fault.IsBusy;
        _isPlanStale |= plan.Refuse(block, fault);
    }

    private void RefreshPlan()
    {
        if (_isPlanStale)
        {
            plan.Rebuild();
            if (plan.HasSplits) driver.ReportSplits();
        }

        _isPlanStale = false;
        plan.EndProbes();
    }
}
