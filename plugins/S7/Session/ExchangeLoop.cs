using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Session;

/// <summary>Runs exchanges, one at a time, and keeps as many requests under way as the CPU takes. Allocates nothing once steady.</summary>
internal sealed class ExchangeLoop(S7Driver driver)
{
    private readonly Signal _begin = new();
    private readonly Signal _end = new();
    private Task? _loop;

    // The exchange that is running.
    private S7Session _session = null!;
    private IExchange _exchange = null!;
    private CancellationToken _cancel;
    private long _heard;
    private int _count;
    private int _sent;
    private int _taken;

    /// <summary>Runs an exchange to its end.</summary>
    /// <exception cref="NotConnectedException">The connection is gone or useless.</exception>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    public ValueTask RunAsync(IExchange exchange, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        (_session, _exchange, _cancel) = (driver.Session, exchange, cancel);
        _ = _loop ??= RunForeverAsync();
        _begin.Set();
        return _end.WaitAsync();
    }

    // One async method for all exchanges: each call of one would allocate its state.
    private async Task RunForeverAsync()
    {
        while (true)
        {
            await _begin.WaitAsync().ConfigureAwait(false);
            _heard = _session.Received;
            Exception? failure = null;
            try
            {
                while ((_count = _exchange.Prepare(_session.Setup)) > 0)
                {
                    for (_sent = _taken = 0; _taken < _count;)
                    {
                        if (Next() is var next and > 0)
                        {
                            _sent += next;
                            await _session.SendAsync(_exchange.Packets(_sent - next, next), _sent - next, _cancel).ConfigureAwait(false);
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

    // Requests that may be sent now, one behind the other with one call.
    private int Next() => Math.Min(_count, _taken + _session.Setup.Jobs) - _sent;

    private void Take(in Reply reply)
    {
        _taken++;
        if (!_exchange.Take(reply.Request, reply.Frame.Span[CotpData.PduStart..])) _count = _sent;
    }

    private Exception Lost(Exception e)
    {
        // Whatever happened: an answer to this exchange must not be taken for one to the next.
        _session.TryGiveUp(isSilent: false);
        if (LinkException.From(e) is not { } lost) return e;
        driver.Disconnect();
        return new NotConnectedException(lost.Message, e);
    }

    // A second silent exchange in a row means that nobody is there any more, though TCP has not noticed.
    private Exception? OutOfTime(Exception e)
    {
        if (!_session.TryGiveUp(isSilent: _session.Received == _heard))
        {
            driver.Disconnect();
            return new NotConnectedException("no answer to anything in two scans in a row", e);
        }

        return _exchange.TryEndEarly() ? null : new OperationCanceledException("no answer in time", e, _cancel);
    }
}
