using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// A sink of the site for as long as the site has it. Sessions come and go under it, as its plugin is replaced or does not come back;
/// records wait for it in the queue, or in memory when it has none.
/// </summary>
internal sealed class SinkRunner : IDisposable
{
    private const int HangsUntilParked = 3;
    private readonly SiteQueue? _queue;
    private readonly DirectSource? _direct;
    private readonly RetryPolicy _retry;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _dropLimit;
    private readonly LogLimit _downLimit;
    private readonly LogLimit _rejectLimit;
    private Func<ISink>? _open;
    private SinkSession? _session;
    private Task _running = Task.CompletedTask;
    private int _hangs;

    /// <param name="model">What the site says of it.</param>
    /// <param name="queue">The site's queue; null when it delivers directly.</param>
    /// <param name="chance">Numbers from 0 to 1.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it speaks.</param>
    public SinkRunner(SinkModel model, SiteQueue? queue, Func<double> chance, TimeProvider time, PlantLog log)
    {
        Model = model;
        _queue = queue;
        _direct = queue is null ? new DirectSource(model.Name, time) : null;
        _retry = new RetryPolicy(chance);
        _time = time;
        _log = log;
        _dropLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _rejectLimit = new LogLimit(time, TimeSpan.FromSeconds(10), burst: 5);
        _downLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
    }

    public string Name => Model.Name;

    /// <summary>What the site says of it: a session keeps to what it said when it began.</summary>
    public SinkModel Model { get; set; }

    public SinkState State { get; private set; } = SinkState.Waiting;

    /// <summary>Why it is not running; null while it is.</summary>
    public string? Reason { get; private set; }

    /// <summary>What became of its records, by route: since the queue was made, or since the host started when it has none.</summary>
    public IEnumerable<Account> Accounts => _direct?.Accounts ?? _queue!.Accounts.Where(a => a.Sink == Name);

    public SinkCounts Counts => SinkCounts.Of(Accounts);

    /// <summary>Takes a record for a sink without a queue.</summary>
    public void AddDirect(string recipe, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (_direct!.Add(recipe, time, device, samples, json)) return;
        if (_dropLimit.May(out var held))
            _log.Error($"DROPPED sink={Name} records={held + 1} reason=\"{DirectSource.MaxBytes >> 20} MB are waiting for it in memory\"");
    }

    /// <summary>Calls <paramref name="done"/> once a sink without a queue has stored all that was added before.</summary>
    public void WhenDirectStored(Action done) => _direct!.WhenStored(done);

    /// <summary>Starts with a sink; <paramref name="open"/> makes a new one, without I/O, as often as one is needed.</summary>
    public void Start(Func<ISink> open)
    {
        _open = open;
        _hangs = 0;
        StartSession();
    }

    public void Dispose() => _direct?.Dispose();

    /// <summary>Says that there is no plugin for it yet; records wait.</summary>
    public void Wait(string reason)
    {
        State = SinkState.Waiting;
        Reason = reason;
        _log.Error($"WAITING sink={Name} plugin={Model.Sink} reason=\"{reason}\" next=\"it starts when the plugin is dropped in\"");
    }

    /// <summary>
    /// Lets go of the sink's plugin. What is waiting is stored first, as far as that goes within <paramref name="drain"/>; what is left
    /// waits for the next <see cref="Start"/>.
    /// </summary>
    public async Task StopAsync(TimeSpan drain)
    {
        var session = _session;
        _open = null;
        if (session is not null)
        {
            session.Finish();
            if (!await EndsWithinAsync(drain).ConfigureAwait(false))
            {
                session.Abandon();
                if (!await EndsWithinAsync(TimeSpan.FromSeconds(0.5)).ConfigureAwait(false))
                    _log.Warn($"STOP sink={Name} reason=\"it did not come back; left behind\"");
            }

            LeaveBehind(session);
        }

        State = SinkState.Stopped;
    }

    /// <summary>Called from time to time: leaves a sink behind that does not come back from a call.</summary>
    public void Watch()
    {
        if (_session is not { } session || session.CallTime < SinkSession.Timeout + TimeSpan.FromSeconds(5)) return;
        session.Abandon();
        LeaveBehind(session);
        if (++_hangs >= HangsUntilParked)
        {
            Park($"it ignored its timeout of {SinkSession.Timeout.TotalSeconds:0} s {_hangs} times");
            return;
        }

        _log.Error($"HANG sink={Name} plugin={Model.Sink} next=\"a new one is opened\"");
        StartSession();
    }

    internal void Complain(string message) => _log.Warn($"CLOSE sink={Name} reason=\"{message}\"");

    internal void Connected() => _log.Info($"CONNECTED sink={Name} plugin={Model.Sink}");

    internal void Retrying(string reason, TimeSpan sleep, RetryPolicy retry)
    {
        var isKnown = retry.IsOpen && reason == Reason;
        State = retry.IsOpen ? SinkState.Down : SinkState.Retrying;
        Reason = reason;
        if (isKnown && !_downLimit.May(out _)) return;
        _log.Warn($"{(retry.IsOpen ? "DOWN" : "RETRY")} sink={Name} reason=\"{reason}\" failures={retry.Failures} waiting={Counts.Waiting} sleep={sleep.TotalSeconds:0.#}s");
    }

    /// <summary>Something was stored, after this many failures in a row.</summary>
    internal void Delivered(int failures)
    {
        State = SinkState.Running;
        Reason = null;
        if (failures > 0) _log.Info($"UP sink={Name} after={failures} failures waiting={Counts.Waiting}");
    }

    internal void Rejected(IReadOnlyList<Refusal> refused)
    {
        if (!_rejectLimit.May(out var held)) return;
        var kept = _direct is null ? "they are dead letters: plant queue" : "a sink without a queue keeps none";
        _log.Error($"REJECTED sink={Name} records={refused.Count} reason=\"{refused[0].Reason}\"{(held > 0 ? $" unsaid={held}" : "")} next=\"{kept}\"");
    }

    internal void Park(string reason)
    {
        State = SinkState.Parked;
        Reason = reason;
        _log.Error($"PARKED sink={Name} plugin={Model.Sink} reason=\"{reason}\" next=\"replace the plugin or restart; its records wait\"");
    }

    private async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        try
        {
            await _running.WaitAsync(time, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void LeaveBehind(SinkSession session)
    {
        session.Abandon();
        _session = null;
        _running = Task.CompletedTask;
        session.Dispose();
    }

    private void StartSession()
    {
        try
        {
            _session = new SinkSession(this, _open!(), _direct?.Reopen() ?? (IPortionSource)_queue!.OpenReader(Name), _retry, _time);
            State = SinkState.Ready;
            Reason = null;
            _log.Info($"START sink={Name} plugin={Model.Sink}");
            _running = Task.Run(_session.RunAsync);
        }
        catch (Exception exception)
        {
            Park(DriverFault.Describe(exception));
        }
    }
}
