namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Opens one session for a <see cref="Supervisor"/> on a plugin thread, and passes Stop or Abandon on to it, also when they come before the
/// session is open. Owned by one Supervisor, which opens and closes it once; Stop, Abandon and the properties may be called by any thread.
/// </summary>
internal sealed class SessionRun(Func<ISession> open, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly CallClock _opening = new(time);
    private readonly CancellationTokenSource _over = new();
    private ISession? _session;
    private bool _isStopping;
    private volatile bool _isAbandoned;

    /// <summary>The session; null until it is open.</summary>
    public ISession? Session => Volatile.Read(ref _session);

    public bool IsAbandoned => _isAbandoned;

    /// <summary>How long the running call into the plugin has taken, including its opening.</summary>
    public TimeSpan CallTime => Session?.CallTime ?? _opening.Elapsed;

    /// <summary>Opens the session. Called once.</summary>
    /// <exception cref="Exception">The exception of the plugin.</exception>
    public async Task OpenAsync()
    {
        _opening.Start();
        var session = await PluginThread.RunAsync(open).ConfigureAwait(false);
        _opening.End();
        lock (_gate) Volatile.Write(ref _session, session);
        if (_isStopping) session.Stop();
        if (_isAbandoned) session.Abandon();
    }

    public void Stop()
    {
        lock (_gate) _isStopping = true;
        Session?.Stop();
        _ = _over.CancelAsync();
    }

    public void Abandon()
    {
        lock (_gate) _isAbandoned = true;
        Session?.Abandon();
        _ = _over.CancelAsync();
    }

    /// <summary>Waits, or returns early when the run is stopped or abandoned.</summary>
    public Task PauseAsync(TimeSpan pause) =>
        Task.Delay(pause, time, _over.Token).ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <exception cref="TimeoutException">The plugin did not dispose its object in time; it is left behind.</exception>
    /// <exception cref="Exception">The exception of the plugin.</exception>
    public Task CloseAsync(TimeSpan timeout) =>
        Session is { } session ? PluginThread.DisposeAsync(session, timeout, time) : Task.CompletedTask;
}
