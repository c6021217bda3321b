using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Runs a plan: sends its requests as trains and fills the scan from the answers.</summary>
internal sealed class ModbusReader(ModbusDriver driver, ReadPlan plan) : IReader
{
    private const string NoAnswer = "no answer in time";

    private readonly Signal _begin = new();
    private readonly Signal _end = new();
    private Task? _scans;

    // The scan that is running.
    private RequestSession _session = null!;
    private ScanBuffer _into = null!;
    private CancellationToken _cancel;
    private long _heard;
    private int _next;
    private int _train;
    private bool _answered;
    private bool _busy;
    private bool _learnt;

    /// <summary>The prepared plan.</summary>
    public ReadPlan Plan => plan;

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        (_session, _into, _cancel) = (driver.Session, into, cancel);
        _ = _scans ??= ScanForeverAsync();
        _begin.Set();
        return _end.WaitAsync();
    }

    // One async method for all scans: each call of one would allocate its state.
    private async Task ScanForeverAsync()
    {
        while (true)
        {
            await _begin.WaitAsync().ConfigureAwait(false);
            _heard = _session.Received;
            _answered = _learnt = false;
            Exception? failure = null;
            try
            {
                plan.Begin(_into);
                for (_next = 0; _next < plan.Blocks.Length; _next += _train)
                {
                    _busy = false;
                    _train = Math.Min(driver.Pipeline.Current, plan.Blocks.Length - _next);
                    await _session.SendAsync(plan.Frames(_next, _train), _next, _cancel).ConfigureAwait(false);
                    for (var taken = 0; taken < _train;)
                    {
                        if (!_session.TryReceive(out var reply)) _session.Filled(await _session.FillAsync(_cancel).ConfigureAwait(false));
                        else taken += Take(reply);
                    }

                    driver.TrainEnded(_train, isWhole: !_busy);
                }

                _train = 1;
                if (plan.Searches.Count > 0) await SearchAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e is OperationCanceledException ? OutOfTime(e) : Lost(e);
            }

            if (_learnt) plan.Rebuild();
            if (failure is null) _end.Set();
            else _end.Fail(failure);
        }
    }

    private ValueTask SearchAsync()
    {
        _learnt = true;
        return CulpritHunt.RunAsync(plan, _session, _into, _cancel);
    }

    private int Take(in Reply reply)
    {
        var block = plan.Blocks[reply.Request];
        var fault = block.Read(reply.Frame.Span, _into);
        _answered = true;
        if (fault is null)
        {
            _learnt |= plan.TryHeal(block);
            return 1;
        }

        block.Bad(_into, fault);
        _busy |= fault.IsBusy;
        if (fault.IsAboutAddress) _learnt |= plan.Refuse(block, fault);
        return 1;
    }

    private Exception Lost(Exception e)
    {
        // Whatever happened: a reply to this scan must not be taken for one to the next.
        _session.TryGiveUp(isSilent: false);
        if (LinkException.From(e) is not { } lost) return e;
        driver.TrainEnded(_train, isWhole: false);
        driver.Disconnect();
        return new NotConnectedException(lost.Message, e);
    }

    // What was answered is good; only the rest is bad. A scan without any answer has failed, and a second silent one in a row means that
    // nobody is there any more, though TCP has not noticed.
    private Exception? OutOfTime(Exception e)
    {
        driver.TrainEnded(_train, isWhole: false);
        if (!_session.TryGiveUp(isSilent: _session.Received == _heard))
        {
            driver.Disconnect();
            return new NotConnectedException("no answer to anything in two scans in a row", e);
        }

        plan.MoveLast(_next + _train);
        if (!_answered) return new OperationCanceledException("no answer in time to any request", e, _cancel);
        foreach (var block in plan.Blocks)
        {
            if (!block.IsAnswered) block.Bad(_into, Quality.BadComm, NoAnswer);
        }

        return null;
    }
}
