using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Leases;

/// <summary>
/// Holds the lease by which one of several hosts of a site is active. All times are of the monotonic clock. The lease counts as held from a
/// confirmation for <see cref="Validity"/>, counted from the moment when the confirmation was requested; <see cref="MayWrite"/> ends 1 s
/// earlier. A host that gets a lease which ends with its connection waits <see cref="TakeoverDelay"/>, which is longer, before it is
/// active; a lease that ends by time alone is given only after as long. Created by <c>plant run</c>, which disposes of it; the loop is
/// async; <see cref="MayWrite"/> and the other properties are read by any thread.
/// </summary>
/// <param name="open">Creates a lease without I/O.</param>
/// <param name="settings">This host, and the expiry of the lease.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the changes.</param>
/// <param name="polled">Called by the loop after each poll; null does nothing.</param>
internal sealed class SiteLease(
    Func<ILease> open, LeaseSettings settings, TimeProvider time, PlantLog log, Action? polled = null) : IAsyncDisposable
{
    /// <summary>Time from the loss of the lease by a handover until this host tries to get it again.</summary>
    public static readonly TimeSpan HandoverPause = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_everyWhileWaiting = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_listEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_writesEndBefore = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(0.5);
    private readonly TaskCompletionSource _active = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _handover = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly LogLimit _limit = new(time, TimeSpan.FromMinutes(1));
    private ILease? _lease;
    private bool _isConnected;
    private Task _loop = Task.CompletedTask;
    private long? _since;
    private long _confirmed = long.MinValue;
    private long _token;
    private long _listed = long.MinValue;
    private string? _waitingFor;
    private volatile IReadOnlyList<LeaseMember> _members = [];

    /// <summary>Time from the request of a confirmation until the host stops, without another one.</summary>
    public TimeSpan Validity => settings.Expiry;

    /// <summary>Time from getting a lease that ends with its connection until the host is active.</summary>
    public TimeSpan TakeoverDelay => settings.Expiry + s_margin;

    /// <summary>Name of this host.</summary>
    public string Instance => settings.Instance;

    /// <summary>Completes when the host may be active.</summary>
    public Task Active => _active.Task;

    /// <summary>Completes with the reason when an active host has to end at once.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Completes with the name of the other host when this one has to end in order and hand over.</summary>
    public Task<string> Handover => _handover.Task;

    /// <summary>Time in UTC since when this host is active; null while it is not.</summary>
    public DateTime? ActiveSince { get; private set; }

    /// <summary>The fencing token; 0 before the host is active.</summary>
    public long Token => _active.Task.IsCompleted ? Interlocked.Read(ref _token) : 0;

    /// <summary>The other hosts of the site, as the lease's server knows them; empty if it does not.</summary>
    public IReadOnlyList<LeaseMember> Members => _members;

    /// <summary>Why the host may not write to machines now; null if it may.</summary>
    public string? WhyNoWrites => MayWrite ? null : "this host does not hold the lease of the site";

    /// <summary>Why a record that is made now is rejected; null if it is not.</summary>
    public string? WhyNoRecords => IsHeld ? null : "it was made after this host had lost the lease of the site";

    /// <summary>True while the lease is held for at least one more second.</summary>
    public bool MayWrite => IsActiveNow && IsWithin(Validity - s_writesEndBefore);

    /// <summary>True while the lease is held.</summary>
    public bool IsHeld => IsActiveNow && IsWithin(Validity);

    private bool IsActiveNow => _active.Task.IsCompleted && !_lost.Task.IsCompleted;

    /// <summary>Starts to wait for the lease.</summary>
    /// <param name="pause">Time until the first attempt, in which another host gets the lease.</param>
    public void Start(TimeSpan pause = default) => _loop = Task.Run(() => RunAsync(pause));

    /// <summary>Ends the active host in order, so that another one takes over. Returns why not, or null. Any thread.</summary>
    public string? RequestHandover()
    {
        if (!IsHeld) return "this host is not active: run the command where it is";
        var other = Members.FirstOrDefault(m => !m.IsActive);
        if (other is null) return "no other host waits for the lease: nothing was changed";
        _handover.TrySetResult(other.Instance);
        return null;
    }

    /// <summary>Ends the loop; a lease that is held is released, so that another host gets it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(s_connectTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_lease is { } lease && _since is not null && !_lost.Task.IsCompleted) await ReleaseAsync(lease).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task ReleaseAsync(ILease lease)
    {
        try
        {
            using var limit = new CancellationTokenSource(s_callTimeout, time);
            await lease.ReleaseAsync(limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
            log.Info($"LEASE state=Released");
        }
        catch (Exception exception)
        {
            log.Warn($"LEASE state=Closed reason=\"{Describe(exception)}\" "
                + $"next=\"another host gets it after {Validity.TotalSeconds:0.#} s\"");
        }
    }

    private async Task RunAsync(TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            Wait($"it was handed over; it is tried again in {pause.TotalSeconds:0} s");
            await Task.Delay(pause, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

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
                await FailAsync(Describe(exception)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            polled?.Invoke();
            var left = NextPoll(began);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await supervision.ConfigureAwait(false);
    }

    /// <summary>Returns the time until the next poll: soon while waiting, and at the end of the takeover delay.</summary>
    private TimeSpan NextPoll(long began)
    {
        var left = (_since is null ? s_everyWhileWaiting : s_every) - time.GetElapsedTime(began);
        if (_since is not { } since || _active.Task.IsCompleted) return left;
        var delay = TakeoverDelay - time.GetElapsedTime(since);
        return delay < left ? delay : left;
    }

    /// <summary>Ends an active host whose lease was not confirmed in time, also while a call does not return.</summary>
    private async Task SuperviseAsync()
    {
        while (!_end.IsCancellationRequested && !_lost.Task.IsCompleted)
        {
            if (_active.Task.IsCompleted && !IsWithin(Validity)) Lose($"it was not confirmed for {Validity.TotalSeconds:0.#} s");
            await Task.Delay(TimeSpan.FromSeconds(0.1), time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PollAsync(long began)
    {
        var lease = _lease ??= open();
        if (!_isConnected)
        {
            await CallAsync(lease.ConnectAsync, _active.Task.IsCompleted ? s_callTimeout : s_connectTimeout).ConfigureAwait(false);
            _isConnected = true;
            began = time.GetTimestamp();
        }

        long? token = null;
        await CallAsync(async cancel => token = await lease.TryHoldAsync(cancel).ConfigureAwait(false), s_callTimeout)
            .ConfigureAwait(false);
        if (token is { } held) Confirm(lease, held, began);
        else if (_since is not null) Lose("another host has it");
        else Wait("another host is active");
        if (_listed != long.MinValue && time.GetElapsedTime(_listed) < s_listEvery) return;
        _listed = time.GetTimestamp();
        await ListAsync(lease).ConfigureAwait(false);
    }

    /// <summary>Asks for the other hosts. A failure does not touch the lease: the next confirmation notices a lost connection.</summary>
    private async Task ListAsync(ILease lease)
    {
        try
        {
            await CallAsync(
                async cancel => _members = await lease.ListAsync(cancel).ConfigureAwait(false), s_callTimeout).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_end.IsCancellationRequested)
        {
            _members = [];
            if (_limit.TryAcquire(out _)) log.Warn($"LEASE reason=\"the other hosts are not known: {Describe(exception)}\"");
        }
    }

    private void Confirm(ILease lease, long token, long began)
    {
        Interlocked.Exchange(ref _confirmed, began);
        Interlocked.Exchange(ref _token, token);
        var delay = lease.EndsWithConnection ? TakeoverDelay : TimeSpan.Zero;
        if (_since is null)
        {
            _since = time.GetTimestamp();
            var next = delay > TimeSpan.Zero ? $"active in {delay.TotalSeconds:0.#} s" : "active now";
            log.Info($"LEASE state=Taken token={token} next=\"{next}\"");
        }

        if (_active.Task.IsCompleted || time.GetElapsedTime(_since.Value) < delay) return;
        ActiveSince = time.GetUtcNow().UtcDateTime;
        _active.TrySetResult();
        log.Info($"LEASE state=Active token={token}");
    }

    /// <summary>
    /// Closes a connection that failed. A waiting host waits on. An active one ends if the lease ends with its connection; otherwise it
    /// connects again until its confirmation is too old.
    /// </summary>
    private async Task FailAsync(string reason)
    {
        _members = [];
        if (_lease is { EndsWithConnection: false })
        {
            _isConnected = false;
            if (_active.Task.IsCompleted && _limit.TryAcquire(out _))
                log.Warn($"LEASE state=Unconfirmed reason=\"{reason}\" next=\"tried again until it expires\"");
            Wait(reason);
            return;
        }

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
        var isNew = reason != _waitingFor;
        if (_active.Task.IsCompleted || (!_limit.TryAcquire(out _) && !isNew)) return;
        _waitingFor = reason;
        log.Info($"LEASE state=Waiting reason=\"{reason}\"");
    }

    private bool IsWithin(TimeSpan most) =>
        Interlocked.Read(ref _confirmed) is var confirmed and not long.MinValue && time.GetElapsedTime(confirmed) < most;

    private static string Describe(Exception exception) =>
        exception is OperationCanceledException ? "no answer in time" : PluginFault.Describe(exception);

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
        (_lease, _isConnected) = (null, false);
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
