using System.Threading.Tasks.Sources;

namespace PlantRuntime.Wire;

/// <summary>
/// Wakes one waiter, again and again, without allocating. Two of them make an operation that runs often out of one async method that never
/// returns: it waits for the first, works, and sets the second; so its state is made once. One waiter and one setter, taking turns.
/// </summary>
public sealed class Signal : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>
    /// Completes when the signal is set, at once when it was set before. Each setting wakes one wait, which has to be awaited.
    /// </summary>
    public ValueTask WaitAsync() => new(this, _core.Version);

    /// <summary>Wakes the waiter; it runs inside of this call.</summary>
    public void Set() => _core.SetResult(true);

    /// <summary>Makes the wait throw.</summary>
    public void Fail(Exception failure) => _core.SetException(failure);

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
