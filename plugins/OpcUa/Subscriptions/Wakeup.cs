using System.Threading.Tasks.Sources;

namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// Wakes one waiter; a call before the wait completes the next wait at once. Any thread may wake. The continuation runs inside of
/// <see cref="Set"/>. Allocates nothing in steady state.
/// </summary>
internal sealed class Wakeup : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _cancel;
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>Completes when <see cref="Set"/> is called; throws when the token ends the wait.</summary>
    public ValueTask WaitAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return default;
            }

            _isWaiting = true;
            _cancel = cancel;
        }

        var wait = new ValueTask(this, _core.Version);
        _cancellation = cancel.UnsafeRegister(static state => ((Wakeup)state!).Cancel(), this);
        return wait;
    }

    public void Set()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
        }

        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _cancellation.Dispose();
            _core.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        lock (_gate)
        {
            if (!_isWaiting) return;
            _isWaiting = false;
        }

        _core.SetException(new OperationCanceledException(_cancel));
    }
}
