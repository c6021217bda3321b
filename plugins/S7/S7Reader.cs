using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>Runs a plan: keeps as many jobs under way as the CPU takes and fills the scan from the answers.</summary>
internal sealed class S7Reader(S7Driver driver, ReadPlan plan) : IReader
{
    private const string NoAnswer = "no answer in time";

    private readonly Signal _begin = new();
    private readonly Signal _end = new();
    private Task? _scans;

    // The scan that is running.
    private S7Session _session = null!;
    private ScanBuffer _into = null!;
    private CancellationToken _cancel;
    private JobSet? _set;
    private long _heard;
    private int _sent;
    private int _taken;
    private bool _answered;

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
            _answered = false;
            Exception? failure = null;
            try
            {
                for (_set = plan.Begin(_into, _session.Setup.PduSize); _set is not null; _set = plan.Hunt())
                {
                    for (_sent = _taken = 0; _taken < _set.Jobs.Length;)
                    {
                        if (Next() is var next and > 0)
                        {
                            _sent += next;
                            await _session.SendAsync(_set.Packets(_sent - next, next), _sent - next, _cancel).ConfigureAwait(false);
                        }

                        if (!_session.TryReceive(out var reply)) _session.Filled(await _session.FillAsync(_cancel).ConfigureAwait(false));
                        else Take(reply);
                        while (_session.TryReceive(out reply)) Take(reply);
                    }
                }
            }
            catch (Exception e)
            {
                failure = e is OperationCanceledException ? OutOfTime(e) : Lost(e);
            }

            if (failure is null) _end.Set();
            else _end.Fail(failure);
        }
    }

    // Jobs that may be sent now, one behind the other with one call.
    private int Next() => Math.Min(_set!.Jobs.Length, _taken + _session.Setup.Jobs) - _sent;

    private void Take(in S7Reply reply)
    {
        _taken++;
        _answered = true;
        _set!.Jobs[reply.Request].Read(reply.Pdu, _into, plan);
    }

    private Exception Lost(Exception e)
    {
        // Whatever happened: an answer to this scan must not be taken for one to the next.
        _session.TryGiveUp(isSilent: false);
        if (LinkException.From(e) is not { } lost) return e;
        driver.Disconnect();
        return new NotConnectedException(lost.Message, e);
    }

    // What was answered is good; only the rest is bad. A scan without any answer has failed, and a second silent one in a row means that
    // nobody is there any more, though TCP has not noticed.
    private Exception? OutOfTime(Exception e)
    {
        if (!_session.TryGiveUp(isSilent: _session.Received == _heard))
        {
            driver.Disconnect();
            return new NotConnectedException("no answer to anything in two scans in a row", e);
        }

        if (!_answered) return new OperationCanceledException("no answer in time to any request", e, _cancel);
        foreach (var job in _set!.Jobs)
        {
            if (!job.IsAnswered) job.Bad(_into, Quality.BadComm, NoAnswer);
        }

        return null;
    }
}
