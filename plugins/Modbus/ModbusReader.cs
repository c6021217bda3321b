using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Runs a plan: sends its requests as trains and fills the scan from the answers.</summary>
internal sealed class ModbusReader(ModbusDriver driver, ReadPlan plan) : IReader
{
    private const string NoAnswer = "no answer in time";

    private int _next;
    private int _train;
    private bool _answered;
    private bool _busy;
    private bool _learnt;

    /// <summary>The prepared plan.</summary>
    public ReadPlan Plan => plan;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = driver.Session;
        var heard = session.Received;
        _answered = _learnt = false;
        plan.Begin(into);
        try
        {
            for (_next = 0; _next < plan.Blocks.Length; _next += _train)
            {
                _busy = false;
                _train = Math.Min(driver.Pipeline.Current, plan.Blocks.Length - _next);
                await session.SendAsync(plan.Frames(_next, _train), _next, cancel).ConfigureAwait(false);
                for (var i = 0; i < _train; i++) Take(await session.ReceiveAsync(cancel).ConfigureAwait(false), into);
                driver.TrainEnded(_train, isWhole: !_busy);
            }

            _train = 1;
            if (plan.Searches.Count == 0) return;
            _learnt = true;
            await CulpritHunt.RunAsync(plan, session, into, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            OutOfTime(session, isSilent: session.Received == heard, into, e);
        }
        catch (LinkException e)
        {
            driver.TrainEnded(_train, isWhole: false);
            driver.Disconnect();
            throw new NotConnectedException(e.Message, e);
        }
        finally
        {
            if (_learnt) plan.Rebuild();
        }
    }

    private void Take(ModbusReply reply, ScanBuffer into)
    {
        var block = plan.Blocks[reply.Request];
        var fault = block.Read(reply.Frame.Span, into);
        _answered = true;
        if (fault is null)
        {
            _learnt |= plan.TryHeal(block);
            return;
        }

        block.Bad(into, fault);
        _busy |= fault.IsBusy;
        if (fault.IsAboutAddress) _learnt |= plan.Refuse(block, fault);
    }

    // What was answered is good; only the rest is bad. A scan without any answer has failed, and a second silent one in a row means that
    // nobody is there any more, though TCP has not noticed.
    private void OutOfTime(ModbusSession session, bool isSilent, ScanBuffer into, OperationCanceledException e)
    {
        driver.TrainEnded(_train, isWhole: false);
        if (!session.TryGiveUp(isSilent))
        {
            driver.Disconnect();
            throw new NotConnectedException("no answer to anything in two scans in a row", e);
        }

        if (!_answered) throw new OperationCanceledException("no answer in time to any request", e, e.CancellationToken);
        foreach (var block in plan.Blocks)
        {
            if (!block.IsAnswered) block.Bad(into, Quality.BadComm, NoAnswer);
        }

        plan.MoveLast(_next + _train);
    }
}
