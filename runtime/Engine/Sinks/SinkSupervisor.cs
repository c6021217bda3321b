using PlantRuntime.Contracts;
using PlantRuntime.Engine.Leases;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Sinks;

/// <summary>Classifies the state of a sink as users see it.</summary>
internal enum SinkState
{
    /// <summary>Its plugin is missing, or it is not started.</summary>
    Waiting,

    /// <summary>Opened; it connects when the first records come.</summary>
    Ready,

    Running,

    /// <summary>The last attempt failed; the batch is kept and tried again.</summary>
    Retrying,

    /// <summary>
    /// At least five attempts in a row failed; attempts continue with growing waits until one succeeds. Or the queue of the sink cannot
    /// store new records.
    /// </summary>
    Down,

    /// <summary>Its plugin misbehaved and is not used any more.</summary>
    Parked,

    Stopped,
}

/// <summary>
/// Keeps one sink in operation for as long as site.toml declares it. Its plugin runs in a <see cref="SinkSession"/>, which is replaced when
/// the plugin is replaced or hangs; meanwhile records wait in the site's queue, or in the <see cref="MemoryQueue"/> that it owns when it
/// delivers directly. Owned by SiteRuntime. The host's poll loop starts and stops it, its supervision loop polls it, recipe threads add
/// records, the session calls the Report methods; State and Reason are for display.
/// </summary>
internal sealed partial class SinkSupervisor : Supervisor, IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    private readonly DiskQueue? _queue;
    private readonly MemoryQueue? _direct;
    private readonly QuestionRegistry _questions;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _dropLimit;
    private readonly LogLimit _downLimit;
    private readonly LogLimit _rejectLimit;
    private long _failures;
    private volatile SinkState _state = SinkState.Waiting;
    private volatile string? _reason;

    /// <param name="model">The sink in site.toml.</param>
    /// <param name="queue">The site's queue; null when the sink delivers directly.</param>
    /// <param name="questions">Knows the recipes that get the sink's answers.</param>
    /// <param name="chance">Returns random numbers from 0 to 1 for the jitter of retries; thread-safe.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the log lines.</param>
    public SinkSupervisor(
        SinkModel model, DiskQueue? queue, QuestionRegistry questions, Func<double> chance, TimeProvider time, PlantLog log)
        : base(time)
    {
        Model = model;
        _questions = questions;
        _queue = queue;
        _direct = queue is null ? new MemoryQueue(model.Name, time) : null;
        _retry = new RetryPolicy(chance);
        _time = time;
        _log = log;
        _dropLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _rejectLimit = new LogLimit(time, TimeSpan.FromSeconds(10), burst: 5);
        _downLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
    }

    /// <summary>The terms of the lease; null if the site has none.</summary>
    public LeaseTerms? Lease { get; init; }

    public string Name => Model.Name;

    /// <summary>The sink in site.toml; a session keeps the one with which it started.</summary>
    public SinkModel Model { get; set; }

    /// <summary>The state. A sink that works is down while its queue cannot store new records.</summary>
    public SinkState State => _state is SinkState.Ready or SinkState.Running && QueueReason is not null ? SinkState.Down : _state;

    /// <summary>The reason why the sink is not running; null while it is.</summary>
    public string? Reason => _reason ?? (_state is SinkState.Ready or SinkState.Running ? QueueReason : null);

    /// <summary>Counters of its records by route: since the queue was created, or since the host started when it has none.</summary>
    public IEnumerable<RouteCounters> Accounts => _direct?.Accounts ?? _queue!.Accounts.Where(a => a.Sink == Name);

    /// <summary>
    /// The open sink if it lists events; null if it does not, or while it is not open. Any thread. A call can block, and throws when the
    /// sink is replaced meanwhile.
    /// </summary>
    public IEventStore? EventStore => (Session as SinkSession)?.EventStore;

    /// <summary>The same for a sink from which samples can be read.</summary>
    public ISampleStore? SampleStore => (Session as SinkSession)?.SampleStore;

    /// <summary>Attempts to connect or deliver that have failed since the host started. Any thread.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public SinkCounts Counts => SinkCounts.From(Accounts);

    private string? QueueReason =>
        _queue?.Problem is { } problem ? $"{problem}: stored records are delivered, new ones wait in memory" : null;

    protected override TimeSpan HangTimeout => CallTimeout + s_grace;

    protected override string HangReason => $"it ignored its timeout of {CallTimeout.TotalSeconds:0} s";

    private TimeSpan CallTimeout => (Session as SinkSession)?.CallTimeout ?? SinkSession.DefaultCallTimeout;

    /// <summary>
    /// Adds a record for a sink without a queue; one that does not fit is dropped, counted and logged. Called on recipe threads.
    /// </summary>
    public void AddDirect(string recipe, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (_direct!.Add(recipe, time, device, samples, json)) return;
        if (_dropLimit.TryAcquire(out var suppressed))
            _log.Error($"DROPPED sink={Name} records={suppressed + 1} reason=\"{MemoryQueue.MaxBytes >> 20} MB are waiting for it in memory\"");
    }

    /// <summary>Calls <paramref name="done"/> once a sink without a queue has stored all that was added before.</summary>
    public void WhenDirectStored(Action done) => _direct!.WhenStored(done);

    /// <summary>Starts the sink: opens it on a plugin thread and returns at once.</summary>
    /// <param name="open">Creates a sink, without I/O, each time that one is needed.</param>
    public void Start(Func<ISink> open) => Start(() => Open(open));

    public void Dispose() => _direct?.Dispose();

    /// <summary>Reports that the plugin is missing; records wait.</summary>
    public void SetWaiting(string reason)
    {
        SetIdle(SupervisorState.Waiting);
        SetState(SinkState.Waiting, reason);
        _log.Error($"WAITING sink={Name} plugin={Model.Sink} reason=\"{reason}\" next=\"it starts when the plugin is dropped in\"");
    }

    /// <summary>
    /// Ends the session and disposes of the sink. Waiting records are stored first, as far as <paramref name="drain"/> allows; the others
    /// wait for the next start.
    /// </summary>
    public Task StopAsync(TimeSpan drain) => EndAsync(drain, reason: "it was stopped");

    /// <summary>
    /// Opens a new session at once if the sink does not work: it is parked, or waits between two attempts. Any thread.
    /// </summary>
    public Task RetryNowAsync() =>
        _state is SinkState.Parked or SinkState.Retrying or SinkState.Down ? RestartAsync(s_grace) : Task.CompletedTask;

    /// <summary>Called by the session when the sink has answered for the first time since it was connected.</summary>
    public void ReportConnected() => _log.Info($"CONNECTED sink={Name} plugin={Model.Sink}");

    /// <summary>Called by the session after a failed attempt.</summary>
    public void ReportRetry(string reason, TimeSpan sleep)
    {
        Interlocked.Increment(ref _failures);
        var before = _reason;
        SetState(_retry.IsOpen ? SinkState.Down : SinkState.Retrying, reason);
        var isKnown = _retry.IsOpen && _reason == before;
        if (isKnown && !_downLimit.TryAcquire(out _)) return;
        _log.Warn($"{(_retry.IsOpen ? "DOWN" : "RETRY")} sink={Name} reason=\"{reason}\" failures={_retry.Failures} waiting={Counts.Waiting} sleep={sleep.TotalSeconds:0.#}s");
    }

    /// <summary>Called by the session when records were stored, after this number of failures in a row.</summary>
    public void ReportDelivered(int failures)
    {
        ReportWorking();
        SetState(SinkState.Running, null);
        if (failures > 0) _log.Info($"UP sink={Name} after={failures} waiting={Counts.Waiting}");
    }

    /// <summary>Called by the session when the sink rejected records for good; logs the first reason.</summary>
    public void ReportRejected(IReadOnlyList<RejectedRecord> rejected)
    {
        if (!_rejectLimit.TryAcquire(out var suppressed)) return;
        var kept = _direct is null ? "they are dead letters: plant queue" : "a sink without a queue keeps none";
        _log.Error($"REJECTED sink={Name} records={rejected.Count} reason=\"{rejected[0].Reason}\"{LogText.Suppressed(suppressed)} "
            + $"next=\"{kept}\"");
    }

    protected override void OnChanged(SupervisorState state, string? reason)
    {
        var shown = state switch
        {
            SupervisorState.Parked => SinkState.Parked,
            SupervisorState.Stopped => SinkState.Stopped,
            SupervisorState.Restarting => SinkState.Retrying,
            _ => SinkState.Ready,
        };
        SetState(shown, state == SupervisorState.Stopped ? null : reason);
    }

    private void SetState(SinkState state, string? reason) =>
        (_state, _reason) = (state, reason is null ? null : LogText.Sanitize(reason));

    // No session uses the policy now.
    protected override void OnRestarting() => _retry.Succeeded();

    /// <summary>Creates a sink and its session. Runs on a plugin thread, because plugin code can block.</summary>
    private SinkSession Open(Func<ISink> open)
    {
        var sink = open() ?? throw new PluginContractException("its plugin returned no sink");
        try
        {
            var batchesAtOnce = sink is IParallelSink parallel ? Math.Clamp(parallel.BatchesAtOnce, 1, 64) : 1;
            var source = _direct?.Reopen() ?? (IBatchSource)_queue!.OpenConsumer(Name);
            _log.Info($"START sink={Name} plugin={Model.Sink}");
            return new SinkSession(this, sink, source, batchesAtOnce, _retry, _questions, _time);
        }
        catch
        {
            PluginThread.DisposeLater(sink);
            throw;
        }
    }
}
