using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// A sink of the site for as long as the site has it: gathers what recipes send, stores it batch by batch in order, and tries again until
/// it is stored. Sessions come and go under it, as its plugin is replaced or does not come back.
/// </summary>
internal sealed class SinkRunner
{
    private const int FullRecords = 500;
    private const long MaxWaitingBytes = 32 << 20;
    private const int HangsUntilParked = 3;
    private readonly SinkModel _model;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _dropLimit;
    private readonly Inbox _inbox = new(FullRecords, MaxWaitingBytes);
    private readonly Guid _queue = Guid.NewGuid();
    private Func<ISink>? _open;
    private SinkSession? _session;
    private Task _running = Task.CompletedTask;
    private IReadOnlyList<RecordBatch> _unfinished = [];
    private long _batchNumber;
    private long _produced;
    private long _delivered;
    private long _rejected;
    private long _dropped;
    private int _hangs;

    public SinkRunner(SinkModel model, TimeProvider time, PlantLog log)
    {
        _model = model;
        _time = time;
        _log = log;
        _dropLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
    }

    public string Name => _model.Name;

    public SinkModel Model => _model;

    public SinkState State { get; private set; } = SinkState.Waiting;

    /// <summary>Why it is not running; null while it is.</summary>
    public string? Reason { get; private set; }

    public SinkCounts Counts
    {
        get
        {
            // Read what leaves before what comes, so that waiting is never negative.
            var (delivered, rejected, dropped) = (Interlocked.Read(ref _delivered), Interlocked.Read(ref _rejected), Interlocked.Read(ref _dropped));
            var produced = Interlocked.Read(ref _produced);
            return new SinkCounts(produced, delivered, produced - delivered - rejected - dropped, rejected, dropped);
        }
    }

    public void Add(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        Interlocked.Increment(ref _produced);
        if (_inbox.TryAdd(time, device, samples, json)) return;
        Interlocked.Increment(ref _dropped);
        if (_dropLimit.May(out var held))
            _log.Error($"DROPPED sink={Name} records={held + 1} reason=\"{MaxWaitingBytes >> 20} MB are waiting for it\"");
    }

    /// <summary>Starts with a sink; <paramref name="open"/> makes a new one, without I/O, as often as one is needed.</summary>
    public void Start(Func<ISink> open)
    {
        _open = open;
        _hangs = 0;
        StartSession();
    }

    /// <summary>Says that there is no plugin for it yet; records wait.</summary>
    public void Wait(string reason)
    {
        State = SinkState.Waiting;
        Reason = reason;
        _log.Error($"WAITING sink={Name} plugin={_model.Sink} reason=\"{reason}\" next=\"it starts when the plugin is dropped in\"");
    }

    /// <summary>
    /// Lets go of the sink's plugin. What is waiting is stored first, as far as that goes within <paramref name="drain"/>; what is left waits for
    /// the next <see cref="Start"/>.
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

        _log.Error($"HANG sink={Name} plugin={_model.Sink} next=\"a new one is opened\"");
        StartSession();
    }

    internal void Complain(string message) => _log.Warn($"CLOSE sink={Name} reason=\"{message}\"");

    internal Inbox Inbox => _inbox;

    internal long NextBatchNumber() => Interlocked.Increment(ref _batchNumber);

    internal Guid Queue => _queue;

    internal void Connected()
    {
        State = SinkState.Running;
        Reason = null;
        _log.Info($"CONNECTED sink={Name} plugin={_model.Sink}");
    }

    internal void Retrying(string reason, TimeSpan sleep)
    {
        State = SinkState.Retrying;
        Reason = reason;
        _log.Warn($"RETRY sink={Name} reason=\"{reason}\" waiting={Counts.Waiting} sleep={sleep.TotalSeconds:0.#}s");
    }

    internal void Delivered(long count)
    {
        Interlocked.Add(ref _delivered, count);
        State = SinkState.Running;
    }

    internal void Rejected(long count, string reason)
    {
        Interlocked.Add(ref _rejected, count);
        _log.Error($"REJECTED sink={Name} records={count} reason=\"{reason}\"");
    }

    internal void Park(string reason)
    {
        State = SinkState.Parked;
        Reason = reason;
        _log.Error($"PARKED sink={Name} plugin={_model.Sink} reason=\"{reason}\" next=\"replace the plugin or restart; records wait up to {MaxWaitingBytes >> 20} MB\"");
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
        _unfinished = session.Unfinished();
        _session = null;
        _running = Task.CompletedTask;
        session.Dispose();
    }

    private void StartSession()
    {
        try
        {
            _session = new SinkSession(this, _open!(), _unfinished, _time);
            _unfinished = [];
            State = SinkState.Ready;
            Reason = null;
            _log.Info($"START sink={Name} plugin={_model.Sink}");
            _running = Task.Run(_session.RunAsync);
        }
        catch (Exception exception)
        {
            Park(DriverFault.Describe(exception));
        }
    }
}
