using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Leases;

/// <summary>
/// Holds the lease by which one of several hosts of a site is active. All times are of the monotonic clock. The lease counts as held from a
/// confirmation for <see cref="Validity"/>, counted from the moment when the confirmation was requested; <see cref="MayWrite"/> ends 1 s
/// earlier. A host that gets the lease waits <see cref="TakeoverDelay"/>, which is longer, before it is active. Created by
/// <c>plant run</c>, which disposes of it; the loop is async; <see cref="MayWrite"/> is called by any thread.
/// </summary>
/// <param name="open">Creates a lease without I/O, for each connection.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the changes.</param>
/// <param name="polled">Called by the loop after each poll; null does nothing.</param>
internal sealed class SiteLease(Func<ILease> open, TimeProvider time, PlantLog log, Action? polled = null) : IAsyncDisposable
{
    /// <summary>Time from the request of a confirmation until the host stops, without another one.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(3);

    /// <summary>Time from getting the lease until the host is active, in which the one before notices its loss.</summary>
    public static readonly TimeSpan TakeoverDelay = TimeSpan.FromSeconds(3.5);

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_writesUntil = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _active = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly LogLimit _limit = new(time, TimeSpan.FromMinutes(1));
    private ILease? _lease;
    private Task _loop = Task.CompletedTask;
    private long? _since;
    private long _confirmed = long.MinValue;
    private string? _waitingFor;

    /// <summary>Completes when the host may be active.</summary>
    public Task Active => _active.Task;

    /// <summary>Completes with the reason when an active host has to end.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Why the host may not write to machines now; null if it may.</summary>
    public string? WhyNoWrites => MayWrite ? null : "this host does not hold the lease of the site";

    /// <summary>True while the lease is held for at least one more second.</summary>
    public bool MayWrite => _active.Task.IsCompleted && !_lost.Task.IsCompleted && IsWithin(s_writesUntil);

    /// <summary>Starts to wait for the lease.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(s_connectTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var supervision = SuperviseAsync();
        while (!_end.IsCancellationRequested && !_lost.Task.IsCompleted)
        {
            var began = time.GetTimestamp();
            try
            {
                await PollAsync(began).ConfigureAwait(false);
            }
            catch (Exception exception) when (!_end.IsCancellationRequested)
            {
                await FailAsync(exception is OperationCanceledException ? "no answer in time" : PluginFault.Describe(exception))
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            polled?.Invoke();
            var left = s_every - time.GetElapsedTime(began);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await supervision.ConfigureAwait(false);
    }

    /// <summary>Ends an active host whose lease was not confirmed in time, also while a call does not return.</summary>
    private async Task SuperviseAsync()
    {
        while (!_end.IsCancellationRequested && !_lost.Task.IsCompleted)
        {
            if (_active.Task.IsCompleted && !IsWithin(Validity)) Lose($"it was not confirmed for {Validity.TotalSeconds:0} s");
            await Task.Delay(TimeSpan.FromSeconds(0.1), time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PollAsync(long began)
    {
        if (_lease is null)
        {
            var lease = open();
            _lease = lease;
            await CallAsync(lease.ConnectAsync, s_connectTimeout).ConfigureAwait(false);
            began = time.GetTimestamp();
        }

        var isHeld = false;
        var opened = _lease;
        await CallAsync(async cancel => isHeld = await opened.TryHoldAsync(cancel).ConfigureAwait(false), s_callTimeout)
            .ConfigureAwait(false);
        if (!isHeld)
        {
            if (_since is not null) Lose("another host has it");
            Wait("another host is active");
            return;
        }

        Interlocked.Exchange(ref _confirmed, began);
        if (_since is null)
        {
            _since = time.GetTimestamp();
            log.Info($"LEASE state=Taken next=\"active in {TakeoverDelay.TotalSeconds} s\"");
        }

        if (!_active.Task.IsCompleted && time.GetElapsedTime(_since.Value) >= TakeoverDelay)
        {
            _active.TrySetResult();
            log.Info($"LEASE state=Active");
        }
    }

    /// <summary>Closes a connection that failed. A waiting host waits on; an active one ends, since the lock ends with it.</summary>
    private async Task FailAsync(string reason)
    {
        await CloseAsync().ConfigureAwait(false);
        if (_active.Task.IsCompleted) Lose(reason);
        _since = null;
        Wait(reason);
    }

    private void Lose(string reason)
    {
        if (_active.Task.IsCompleted && _lost.TrySetResult(reason))
            log.Error($"LEASE state=Lost reason=\"{reason}\" next=\"the site stops and waits for the lease again\"");
        _since = null;
    }

    private void Wait(string reason)
    {
        if (_active.Task.IsCompleted || (reason == _waitingFor && !_limit.TryAcquire(out _))) return;
        _waitingFor = reason;
        log.Info($"LEASE state=Waiting reason=\"{reason}\"");
    }

    private bool IsWithin(TimeSpan most) =>
        Interlocked.Read(ref _confirmed) is var confirmed and not long.MinValue && time.GetElapsedTime(confirmed) < most;

    /// <summary>Calls the plugin with a deadline. A call that blocks stops this loop, but not <see cref="SuperviseAsync"/>.</summary>
    private async Task CallAsync(Func<CancellationToken, ValueTask> call, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
        await call(cancel.Token).AsTask().WaitAsync(cancel.Token).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        if (_lease is not { } lease) return;
        _lease = null;
        try
        {
            await PluginThread.DisposeAsync(lease, s_callTimeout, time).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            log.Warn($"LEASE state=Closed reason=\"{PluginFault.Describe(exception)}\"");
        }
    }
}
