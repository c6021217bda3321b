using PlantRuntime.Contracts;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Supervision;

/// <summary>Classifies the state of a supervised device or sink.</summary>
internal enum SupervisorState
{
    /// <summary>Not started, or its plugin is missing.</summary>
    Waiting,

    /// <summary>The plugin is creating the driver or sink.</summary>
    Opening,

    /// <summary>A session is open and works.</summary>
    Running,

    /// <summary>A session ended unexpectedly; the next one starts after a pause.</summary>
    Restarting,

    /// <summary>The plugin misbehaved; it is tried again after a long pause, or when a user or an edit of site.toml asks for it.</summary>
    Parked,

    /// <summary>The session is ending.</summary>
    Stopping,

    Stopped,
}

/// <summary>
/// Keeps one device or sink of the site in operation: opens its plugin object, runs a session on it, replaces a session that hangs or ends
/// unexpectedly, and parks a plugin that misbehaves. The subclass defines what a session does. All changes of Lifecycle are in this class,
/// under one lock. The host's poll loop starts and ends it, its supervision loop calls Poll, any thread may call Park. Plugin code never
/// runs on the thread of a caller.
/// </summary>
internal abstract class Supervisor(TimeProvider time)
{
    /// <summary>Longest time for a plugin to create a driver or sink.</summary>
    public static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Longest time that the supervisor waits for a plugin object to be disposed.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private const int FaultsUntilParked = 3;
    private static readonly TimeSpan s_afterAbandon = TimeSpan.FromSeconds(0.5);
    private readonly Lock _gate = new();
    private readonly Backoff _restart = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    private readonly Backoff _unpark = new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1));
    private readonly LogLimit _endLimit = new(time, TimeSpan.FromMinutes(1), burst: 3);
    private Func<ISession>? _open;
    private SessionRun? _run;
    private Task _ended = Task.CompletedTask;
    private int _faults;

    // Monotonic time at which a parked plugin is tried again; long.MaxValue when it is not parked, or cannot be opened.
    private long _unparkAt = long.MaxValue;
    private bool _wasParked;

    public SupervisorState Lifecycle { get; private set; } = SupervisorState.Waiting;

    /// <summary>The current session; null while none is open.</summary>
    protected ISession? Session => Volatile.Read(ref _run)?.Session;

    /// <summary>Time after which a running call counts as hanging.</summary>
    protected abstract TimeSpan HangTimeout { get; }

    /// <summary>Text for a call that did not end within its deadline.</summary>
    protected abstract string HangReason { get; }

    /// <summary>
    /// Called every second by the host's supervision loop: abandons a session whose call into the plugin hangs, and opens the next one
    /// or parks the plugin. Never blocks.
    /// </summary>
    public virtual void Poll()
    {
        if (Volatile.Read(ref _run) is not { } run)
        {
            if (TryUnpark()) Begin();
            return;
        }

        var isOpening = run.Session is null;
        if (run.CallTime < (isOpening ? OpenTimeout : HangTimeout)) return;
        if (!TryRelease(run)) return;
        run.Abandon();
        CountHang(isOpening ? $"it was not opened within {OpenTimeout.TotalSeconds:0.###} s" : HangReason);
    }

    /// <summary>
    /// Stops using the plugin and logs the reason; a second call does nothing. Called by the session's end, by the host, and after
    /// an unhandled exception.
    /// </summary>
    public void Park(string reason)
    {
        SessionRun? run;
        TimeSpan? pause;
        lock (_gate)
        {
            if (Lifecycle == SupervisorState.Parked) return;
            run = _run;
            _run = null;
            Lifecycle = SupervisorState.Parked;
            _wasParked = true;
            pause = _open is null ? null : _unpark.Next();
            _unparkAt = pause is { } wait ? time.GetTimestamp() + time.Ticks(wait) : long.MaxValue;
        }

        run?.Abandon();
        OnChanged(SupervisorState.Parked, reason);
        LogParked(reason, pause);
    }

    /// <summary>
    /// Ends the session, if there is one, and opens the next one without a pause; the pauses of later failures begin with the shortest
    /// one. Waits for the session's work at hand within <paramref name="patience"/>. Any thread.
    /// </summary>
    /// <returns>
    /// False if there is nothing to open: the plugin is missing, suspended or wrongly set up, or the part is being stopped.
    /// </returns>
    public async Task<bool> RestartAsync(TimeSpan patience)
    {
        SessionRun? run;
        Task ended;
        lock (_gate)
        {
            if (_open is null) return false;
            (run, _run, ended) = (_run, null, _ended);
            if (Lifecycle != SupervisorState.Parked) Lifecycle = SupervisorState.Restarting;
            _unparkAt = long.MaxValue;
            _faults = 0;
            _restart.Reset();
            _unpark.Reset();
        }

        run?.Stop();
        if (run is not null && !await EndsWithinAsync(ended, patience).ConfigureAwait(false))
        {
            run.Abandon();
            if (!await EndsWithinAsync(ended, s_afterAbandon).ConfigureAwait(false)) LogLeftBehind();
        }

        run?.Abandon();
        OnRestarting();
        Begin();
        return true;
    }

    /// <summary>Parks the plugin if a session of it is open. May be called by any thread, also by one that the plugin started.</summary>
    public void ParkIfOpen(string reason)
    {
        if (Volatile.Read(ref _run) is not null) Park(reason);
    }

    /// <summary>
    /// Counts a fault of the plugin that no call reported, such as an exception in a cancellation callback; parks it after three.
    /// </summary>
    public void ReportFault(ISession session, string reason)
    {
        if (Volatile.Read(ref _run) is not { } run || run.Session != session) return;
        var faults = Interlocked.Increment(ref _faults);
        if (faults >= FaultsUntilParked) Park($"{reason} ({faults} faults)");
        else LogFault(reason, faults);
    }

    /// <summary>Opens a session, and another one each time that one is needed.</summary>
    /// <param name="open">Creates the plugin object, without I/O. Runs on a thread of its own, because a plugin can block it.</param>
    protected void Start(Func<ISession> open)
    {
        lock (_gate)
        {
            _open = open;
            _faults = 0;
            _restart.Reset();
            _unpark.Reset();
            _unparkAt = long.MaxValue;
        }

        Begin();
    }

    /// <summary>Sets a state in which no session runs: waiting for a plugin.</summary>
    protected void SetIdle(SupervisorState state)
    {
        lock (_gate) Lifecycle = state;
    }

    /// <summary>
    /// Ends the session. Waits for its work at hand within <paramref name="patience"/>, then abandons it. Returns half a second
    /// later at most.
    /// </summary>
    protected async Task EndAsync(TimeSpan patience, string reason)
    {
        SessionRun? run;
        Task ended;
        lock (_gate)
        {
            (run, _run, _open) = (_run, null, null);
            Lifecycle = SupervisorState.Stopping;
            ended = _ended;
        }

        run?.Stop();
        if (!await EndsWithinAsync(ended, patience).ConfigureAwait(false))
        {
            run?.Abandon();
            if (run is not null && !await EndsWithinAsync(ended, s_afterAbandon).ConfigureAwait(false))
                LogLeftBehind();
        }

        run?.Abandon();
        lock (_gate)
        {
            if (Lifecycle == SupervisorState.Stopping) Lifecycle = SupervisorState.Stopped;
        }

        OnChanged(SupervisorState.Stopped, reason);
    }

    /// <summary>Called after each change of the state, without the lock. Must not throw.</summary>
    protected abstract void OnChanged(SupervisorState state, string? reason);

    /// <summary>Called when a session was lost and the next one is about to be opened. Must not throw.</summary>
    protected virtual void OnSessionLost(string reason)
    {
    }

    /// <summary>Called before a restart that a user or an edit asked for, when no session runs. Must not throw.</summary>
    protected virtual void OnRestarting()
    {
    }

    /// <summary>Called by the subclass when the plugin has worked: the next pause after parking is the shortest one again.</summary>
    protected void ReportWorking()
    {
        if (!Volatile.Read(ref _wasParked)) return;
        lock (_gate)
        {
            _wasParked = false;
            _unpark.Reset();
        }
    }

    // Log lines, implemented in the subclasses because their keys differ. Called without the lock; must not throw.
    /// <param name="reason">The reason.</param>
    /// <param name="pause">Time until it is tried again; null if it is not.</param>
    protected abstract void LogParked(string reason, TimeSpan? pause);

    protected abstract void LogHang(string reason);

    protected abstract void LogFault(string reason, int faults);

    protected abstract void LogEnded(string reason, TimeSpan pause, long suppressed);

    protected abstract void LogLeftBehind();

    protected abstract void LogCloseFailed(string reason);

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan patience, TimeProvider time)
    {
        try
        {
            await task.WaitAsync(patience, time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private Task<bool> EndsWithinAsync(Task task, TimeSpan patience) => EndsWithinAsync(task, patience, time);

    private void Begin()
    {
        lock (_gate)
        {
            if (_open is not { } open || _run is not null) return;
            var run = new SessionRun(open, time);
            _run = run;
            Lifecycle = SupervisorState.Opening;
            _ended = Task.Run(() => RunAsync(run));
        }

        OnChanged(SupervisorState.Opening, null);
    }

    /// <summary>Runs one session from its opening to its disposal. Never throws.</summary>
    private async Task RunAsync(SessionRun run)
    {
        string? parkReason = null;
        string? endReason = null;
        try
        {
            await run.OpenAsync().ConfigureAwait(false);
            if (SetRunning(run)) parkReason = await run.Session!.RunAsync().ConfigureAwait(false);
            endReason = "its session ended without a reason";
        }
        catch (Exception exception)
        {
            if (run.Session is null) parkReason = PluginFault.Describe(exception);
            else endReason = PluginFault.Describe(exception);
        }

        if (parkReason is not null && TryRelease(run)) Park(parkReason);
        await CloseAsync(run).ConfigureAwait(false);
        if (parkReason is null) await RestartAsync(run, endReason!).ConfigureAwait(false);
    }

    private bool TryUnpark()
    {
        lock (_gate)
        {
            if (Lifecycle != SupervisorState.Parked || time.GetTimestamp() < _unparkAt) return false;
            (_unparkAt, _faults) = (long.MaxValue, 0);
            return true;
        }
    }

    private bool SetRunning(SessionRun run)
    {
        lock (_gate)
        {
            if (_run == run) Lifecycle = SupervisorState.Running;
        }

        return !run.IsAbandoned;
    }

    /// <summary>Opens the next session after one that ended without Stop or Abandon, following a pause.</summary>
    private async Task RestartAsync(SessionRun run, string reason)
    {
        TimeSpan pause;
        lock (_gate)
        {
            if (_run != run) return;
            Lifecycle = SupervisorState.Restarting;
            pause = _restart.Next();
        }

        OnChanged(SupervisorState.Restarting, reason);
        OnSessionLost(reason);
        if (_endLimit.TryAcquire(out var suppressed)) LogEnded(reason, pause, suppressed);

        await run.PauseAsync(pause).ConfigureAwait(false);
        if (TryRelease(run)) Begin();
    }

    private void CountHang(string reason)
    {
        var faults = Interlocked.Increment(ref _faults);
        if (faults >= FaultsUntilParked)
        {
            Park($"{reason} {faults} times");
            return;
        }

        LogHang(reason);
        OnSessionLost(reason);
        Begin();
    }

    /// <summary>Releases the run if it is the current one. False if another thread has released it before.</summary>
    private bool TryRelease(SessionRun run)
    {
        lock (_gate)
        {
            if (_run != run) return false;
            _run = null;
            return true;
        }
    }

    private async Task CloseAsync(SessionRun run)
    {
        try
        {
            await run.CloseAsync(CloseTimeout).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogCloseFailed(PluginFault.Describe(exception));
        }
    }
}
