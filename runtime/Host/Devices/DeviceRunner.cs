using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Devices;

/// <summary>
/// A device of the site for as long as the site has it: recipes listen to it, sessions come and go under it (a new one when its driver is
/// replaced or does not come back), and its listeners notice nothing of that.
/// </summary>
internal sealed class DeviceRunner : ISessionOwner
{
    private const int HangsUntilParked = 3;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);
    private readonly int _plantId;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly ScanFeed _feed;
    private readonly FactRound _facts;
    private bool _isDescribed;
    private Func<IDriver>? _open;
    private DeviceSession? _session;
    private Task _running = Task.CompletedTask;
    private int _hangs;

    public DeviceRunner(DeviceModel model, int plantId, int window, TimeProvider time, PlantLog log)
    {
        Window = window;
        Model = model;
        _plantId = plantId;
        _time = time;
        _log = log;
        _facts = new FactRound(this, time, log);
        Tags = model.MakeTags();
        Status = new DeviceStatus(Tags);
        _feed = new ScanFeed(Status, time, log);
    }

    public string Name => Model.Name;

    public DeviceModel Model { get; private set; }

    /// <summary>Scans that may wait where a subscribing device delivers faster than they are taken; holds from its next connection on.</summary>
    public int Window { get; set; }

    public IReadOnlyList<Tag> Tags { get; private set; }

    public DeviceStatus Status { get; }

    /// <summary>Its tags as another model has them: its own as long as they are the same.</summary>
    public IReadOnlyList<Tag> TagsFor(DeviceModel next)
    {
        return Heads(Model).SequenceEqual(Heads(next)) ? Tags : next.MakeTags();

        static IEnumerable<(string, string, string)> Heads(DeviceModel model) => model.Tags.Select(t => (t.Name, t.Unit, t.Description));
    }

    /// <summary>
    /// Takes another model. One that means the same may come at any time; otherwise the device is stopped, and who listens must know the new
    /// tags before it starts.
    /// </summary>
    public void Take(DeviceModel next, IReadOnlyList<Tag> tags)
    {
        if (tags != Tags) Status.Forget(tags);
        (Model, Tags) = (next, tags);
    }

    /// <summary>Replaces one listener by another between two scans; null adds or removes.</summary>
    public void Swap(IScanListener? old, IScanListener? now) => _feed.Swap(old, now);

    /// <summary>Starts with a driver; <paramref name="open"/> makes a new one, without I/O, as often as one is needed.</summary>
    public void Start(Func<IDriver> open)
    {
        _open = open;
        _hangs = 0;
        StartSession();
    }

    /// <summary>Asks the device something between two scans.</summary>
    /// <exception cref="NotConnectedException">There is no connection now, or it broke: nothing is tried again.</exception>
    public async Task<T> AskAsync<T>(Func<IDriver, CancellationToken, ValueTask<T>> question)
    {
        var job = new DeviceQuestion<T>(question);
        Post(job);
        return await job.Answer.ConfigureAwait(false);
    }

    /// <summary>Has a job done between two scans, at once, or failed.</summary>
    public void Post(DeviceJob job)
    {
        if (_session is { } session) session.Post(job);
        else job.Fail(new NotConnectedException($"{Name} is not connected: {Status.Reason ?? "it is not started yet"}"));
    }

    /// <summary>Says that there is no driver for it yet.</summary>
    public void Wait(string reason)
    {
        Status.State = DeviceState.Waiting;
        Status.Reason = reason;
        _log.Error($"WAITING device={Name} driver={Model.Driver} reason=\"{reason}\" next=\"it starts when the plugin is dropped in\"");
    }

    /// <summary>Stops the driver and lets go of it. Listeners stay.</summary>
    public async Task StopAsync(string reason, TimeSpan patience)
    {
        var session = _session;
        _session = null;
        _open = null;
        session?.Stop();
        try
        {
            await _running.WaitAsync(patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            session?.Abandon();
            _log.Warn($"STOP device={Name} reason=\"its driver did not come back; left behind\"");
        }

        _running = Task.CompletedTask;
        Status.State = DeviceState.Stopped;
        Status.Reason = reason;
    }

    /// <summary>Called from time to time: asks for facts, and leaves a driver behind that does not come back from a call.</summary>
    public void Watch()
    {
        if (_isDescribed) _facts.Look();
        if (_session is not { } session || session.CallTime < Model.Timeout + s_grace) return;
        session.Abandon();
        var reason = $"its driver ignored the timeout of {Model.Timeout.TotalSeconds:0.###} s";
        if (++_hangs >= HangsUntilParked)
        {
            Park($"{reason} {_hangs} times");
            return;
        }

        _log.Error($"HANG device={Name} driver={Model.Driver} reason=\"{reason}\" next=\"a new one is opened\"");
        FailAll(reason);
        StartSession();
    }

    public void Connecting() => Status.State = DeviceState.Connecting;

    public void Connected()
    {
        Status.State = DeviceState.Running;
        Status.Reason = null;
        Status.Connected();
        _log.Info($"CONNECTED plant={_plantId} device={Name} address={Status.Endpoint}");
    }

    public void Scanned(ScanGroup group, in ScanHeader header, TimeSpan cycle) =>
        _feed.Scanned(group, header, group.Buffer.Samples, cycle, onlySet: false);

    public void Received(ScanGroup group, in ScanHeader header, ReadOnlySpan<Sample> samples) =>
        _feed.Scanned(group, header, samples, TimeSpan.Zero, onlySet: true);

    public void Failed(in ScanHeader header)
    {
        Status.FailedScan();
        if (_log.IsDebug) _log.Debug($"FAILED device={Name} reason=\"{header.Failure}\"");
        FailAll(header.Failure!);
    }

    public void Lost(string reason, bool isPlanned, TimeSpan sleep)
    {
        Status.State = DeviceState.Reconnecting;
        Status.Reason = reason;
        Status.Facts = [];
        if (!isPlanned) FailAll(reason);
        _log.Write(isPlanned ? LogLevel.Info : LogLevel.Warn,
            string.Create(CultureInfo.InvariantCulture, $"RECONNECT plant={_plantId} device={Name} reason=\"{reason}\" sleep={sleep.TotalSeconds:0.###}s"));
    }

    public void Park(string reason)
    {
        Status.State = DeviceState.Parked;
        Status.Reason = reason;
        FailAll(reason);
        _log.Error($"PARKED device={Name} driver={Model.Driver} reason=\"{reason}\" next=\"replace the plugin or restart; all else runs on\"");
    }

    private void StartSession()
    {
        try
        {
            var driver = _open!();
            Status.Endpoint = driver.Endpoint;
            _isDescribed = driver is IDescribed and not ISubscriber;
            // A device that speaks by itself has no rates: all its tags are one group.
            var groups = Model.Tags.Zip(Tags).GroupBy(t => driver is ISubscriber ? Model.Poll : t.First.Poll ?? Model.Poll)
                .Select(g => new ScanGroup(g, g.Key, _time)).ToList();
            foreach (var group in groups) group.Reader = driver.Prepare(group.Definitions);
            _log.Info($"START plant={_plantId} device={Name} driver={Model.Driver} address={driver.Endpoint} "
                + $"poll={(driver is ISubscriber ? "subscribed" : Rates(groups))} tags={Model.Tags.Count}");
            _session = new DeviceSession(Model, Window, groups, driver, this, _time, _log);
            _running = Task.Run(_session.RunAsync);
        }
        catch (Exception exception)
        {
            Park(DriverFault.Describe(exception));
        }
    }

    private static string Rates(List<ScanGroup> groups) =>
        groups.Count == 0 ? "none" : string.Join(',', groups.Select(g => Duration.Format(g.Poll)));

    private void FailAll(string reason) => _feed.FailAll(Tags, reason);
}
