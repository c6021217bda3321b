using System.Runtime.CompilerServices;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Devices;

/// <summary>Calls into a driver, one after the other, each with a deadline.</summary>
internal sealed class DriverCalls(TimeSpan timeout, TimeProvider time)
{
    private readonly CallClock _call = new(time);
    private CancellationTokenSource _deadline = new(Timeout.InfiniteTimeSpan, time);
    private volatile bool _isOver;

    /// <summary>What a call may take.</summary>
    public TimeSpan Limit => timeout;

    /// <summary>How long the call that is under way has taken; zero when none is.</summary>
    public TimeSpan Elapsed => _call.Elapsed;

    /// <summary>A call begins. Before the driver is entered: one that blocks its thread before it returns a task is caught too.</summary>
    public CancellationToken Begin()
    {
        _call.Start();
        if (!_deadline.TryReset())
        {
            var old = _deadline;
            _deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            old.Dispose();
        }

        _deadline.CancelAfter(timeout);
        if (_isOver) _deadline.Cancel();
        return _deadline.Token;
    }

    /// <summary>Waits for the end of the call.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(ValueTask call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>The call is over; to be said where the driver threw before it returned a task.</summary>
    public void End()
    {
        _call.End();
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancels the call under way, and each one that comes.</summary>
    public void Cancel()
    {
        _isOver = true;
        try
        {
            _deadline.Cancel();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            // The deadline was being replaced, or the driver threw when it was cancelled: either way the loop sees that it is over.
        }
    }
}
