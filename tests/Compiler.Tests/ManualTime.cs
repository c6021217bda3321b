namespace PlantRuntime.Compiler.Tests;

/// <summary>A clock that does not advance; a test fires its timers.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Bell> _bells = [];
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first timer is set.</summary>
    public Task Armed => _armed.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var bell = new Bell(() => callback(state));
        lock (_bells) _bells.Add(bell);
        _armed.TrySetResult();
        return bell;
    }

    public void RingAll()
    {
        Bell[] bells;
        lock (_bells) bells = [.. _bells];
        foreach (var bell in bells) bell.Ring();
    }

    private sealed class Bell(Action ring) : ITimer
    {
        private bool _isDisposed;

        public void Ring()
        {
            if (!_isDisposed) ring();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
