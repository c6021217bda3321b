using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Keeps one device in operation for as long as site.toml declares it. Recipes listen to it; its driver runs in a
/// <see cref="DeviceSession"/>, which is replaced when the driver is replaced or hangs; listeners see that only as a failed scan. Owned by
/// SiteRuntime. The host's poll loop starts, changes and stops it, its supervision loop calls <see cref="Poll"/>, the session's loop calls
/// the Report methods, and any thread may post operations.
/// </summary>
internal sealed partial class DeviceSupervisor : Supervisor
{
    private const int StaleScans = 3;

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);
    private readonly int _plantId;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly ScanPublisher _publisher;
    private readonly DeviceInfoPoller _properties;
    private readonly LogLimit _bugLimit;
    private readonly LogLimit _renewLimit;
    private readonly FailureKinds _failureKinds;
    private volatile string _controller = "";
    private volatile bool _isDescribed;

    public DeviceSupervisor(DeviceModel model, int plantId, int window, TimeProvider time, PlantLog log)
        : base(time)
    {
        (Window, Model, _plantId, _time, _log) = (window, model, plantId, time, log);
        _properties = new DeviceInfoPoller(this, time, log);
        Tags = model.CreateTags();
        Status = new DeviceStatus(Tags);
        _publisher = new ScanPublisher(Status, time, log);
        _bugLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
        _renewLimit = new LogLimit(time, TimeSpan.FromHours(1));
        _failureKinds = new FailureKinds(time);
    }

    public string Name => Model.Name;

    public DeviceModel Model { get; private set; }

    /// <summary>Number of scans of a subscribed device that may be without acknowledgement; used from its next connection on.</summary>
    public int Window { get; set; }

    public IReadOnlyList<Tag> Tags { get; private set; }

    public DeviceStatus Status { get; }

    protected override TimeSpan HangTimeout => Model.Timeout + s_grace;

    protected override string HangReason => $"its driver ignored the timeout of {Model.Timeout.TotalSeconds:0.###} s";

    /// <summary>Returns the tags for another model: the current ones if they are the same.</summary>
    public IReadOnlyList<Tag> TagsFor(DeviceModel next)
    {
        return Keys(Model).SequenceEqual(Keys(next)) ? Tags : next.CreateTags();

        static IEnumerable<(string, string, string)> Keys(DeviceModel model) => model.Tags.Select(t => (t.Name, t.Unit, t.Description));
    }

    /// <summary>
    /// Applies another model. One that differs only in positions in site.toml may be applied while the device runs; otherwise the device is
    /// stopped first, and its listeners are changed to the new tags before it starts again. Called by the host's poll loop.
    /// </summary>
    public void Apply(DeviceModel next, IReadOnlyList<Tag> tags)
    {
        if (tags != Tags) Status.Reset(tags);
        (Model, Tags) = (next, tags);
    }

    /// <summary>
    /// Replaces one listener by another between two scans; null adds or removes. A scan that is being published still goes to the old
    /// listener. Any thread.
    /// </summary>
    public void Swap(IScanListener? old, IScanListener? now) => _publisher.Swap(old, now);

    /// <summary>Starts the device: opens its driver on a plugin thread and returns at once.</summary>
    /// <param name="open">Creates a driver, without I/O, each time that one is needed.</param>
    public void Start(Func<IDriver> open) => Start(() => Open(open));

    /// <summary>Queries the device between two scans, once. Any thread.</summary>
    /// <exception cref="NotConnectedException">There is no connection, or it broke; the query is not retried.</exception>
    public async Task<T> AskAsync<T>(Func<IDriver, CancellationToken, ValueTask<T>> query)
    {
        var operation = new DeviceQuery<T>(query);
        Post(operation);
        return await operation.Answer.ConfigureAwait(false);
    }

    /// <summary>Returns why the host may not write to the device now, or null; set before the start if that can ever be.</summary>
    public Func<string?>? WhyNoWrites { get; init; }

    /// <summary>Posts an operation, which runs once between two scans; without a session it fails at once. Any thread.</summary>
    public void Post(DeviceOperation operation)
    {
        if (Session is DeviceSession session) session.Post(operation);
        else operation.Fail(new NotConnectedException($"{Name} is not connected: {Status.Reason ?? "it is not started yet"}"));
    }

    /// <summary>Reports that the plugin with its driver is missing.</summary>
    public void SetWaiting(string reason)
    {
        SetIdle(SupervisorState.Waiting);
        (Status.State, Status.Reason) = (DeviceState.Waiting, reason);
        _log.Error($"WAITING device={Name} driver={Model.Driver} reason=\"{reason}\" next=\"it starts when the plugin is dropped in\"");
    }

    /// <summary>
    /// Opens a new session at once if the device does not work: it is parked, or waits between two attempts to connect. Any thread.
    /// </summary>
    public Task RetryNowAsync() =>
        Status.State is DeviceState.Parked or DeviceState.Reconnecting ? RestartAsync(s_grace) : Task.CompletedTask;

    /// <summary>Stops the driver and disposes of it. Listeners stay registered.</summary>
    public Task StopAsync(string reason, TimeSpan patience) => EndAsync(patience, reason);

    public override void Poll()
    {
        base.Poll();
        if (_isDescribed) _properties.Poll();
    }

    /// <summary>Called by the session before each attempt to connect.</summary>
    public void ReportConnecting()
    {
        Status.State = DeviceState.Connecting;
        Status.CountAttempt();
    }

    /// <summary>Called by the session after each connect.</summary>
    public void ReportConnected()
    {
        Status.State = DeviceState.Running;
        Status.Reason = null;
        Status.CountConnect();
        _log.Info($"CONNECTED plant={_plantId} device={Name} plc={_controller} address={Status.Endpoint}");
    }

    /// <summary>
    /// Called by the session when it replaced a connection that the device had closed, before a scan failed because of it.
    /// </summary>
    public void ReportRenewed(string cause)
    {
        Status.CountRenewal();
        if (!_renewLimit.TryAcquire(out var suppressed)) return;
        _log.Info($"RENEWED device={Name} reason=\"{cause}\" renewals={Status.Renewals}{LogText.Suppressed(suppressed)} "
            + $"next=\"no scan was lost; a poll that is shorter than the device's idle time keeps the connection\"");
    }

    /// <summary>Publishes the scan that a group has accepted. Called on the session's loop.</summary>
    public void Publish(ScanGroup group, in ScanInfo info, ReadOnlySpan<Sample> samples, TimeSpan cycle)
    {
        ReportWorking();
        _publisher.Publish(group, info, samples, cycle);
    }

    /// <summary>Called by the session after a scan that failed as a whole.</summary>
    /// <param name="info">The scan.</param>
    /// <param name="isLost">True if the connection is lost, which is logged beside the next attempt to connect.</param>
    public void ReportFailedScan(in ScanInfo info, bool isLost)
    {
        Status.CountFailed();
        var repeats = 0;
        var isFirst = !isLost && _failureKinds.TryAcquire(info.Failure!, out repeats);
        if (isFirst || _log.IsDebug)
        {
            _log.Write(isFirst ? LogLevel.Warn : LogLevel.Debug,
                $"FAILED device={Name} reason=\"{info.Failure}\"{LogFields.When(repeats > 0, $" repeats={repeats}")}");
        }

        FailAll(info.Failure!);
    }

    /// <summary>
    /// Called by the session when it closes the connection or could not open one, before it waits <paramref name="sleep"/>. A planned
    /// reconnect does not fail the samples.
    /// </summary>
    public void ReportLost(string reason, bool isPlanned, TimeSpan sleep)
    {
        Status.State = isPlanned ? DeviceState.Connecting : DeviceState.Reconnecting;
        Status.Reason = reason;
        Status.Facts = [];
        if (!isPlanned) FailAll(reason);
        _log.Write(isPlanned ? LogLevel.Info : LogLevel.Warn,
            $"RECONNECT plant={_plantId} device={Name} plc={_controller} reason=\"{reason}\" sleep={sleep.TotalSeconds:0.###}s "
                + $"attempts={Status.Attempts} reconnects={Status.ReconnectsInRow}");
    }

    /// <summary>
    /// Logs a scan that the device answered; the session decides which ones, and which are of interest for debugging only.
    /// </summary>
    public void LogScan(bool isDetail, ScanGroup group, DateTime time, TimeSpan cycle) => _log.Write(
        isDetail ? LogLevel.Debug : LogLevel.Info,
        $"OK plant={_plantId} device={Name} ts={time:yyyy-MM-ddTHH:mm:ss.ffffffZ} tags={group.ReadCount}"
            + $"{LogFields.When(group.ReadCount < group.Buffer.Count, $" of={group.Buffer.Count}")} "
            + $"sample=[{ScanSample.Describe(group.Samples)}] cycle={cycle.TotalMilliseconds:0.0}ms "
            + $"scans={Status.Scans} failed={Status.Failed} skipped={Status.Skipped}");

    /// <summary>Logs an exception of the host in a loop that works with this device; the loop continues.</summary>
    public void ReportBug(Exception exception)
    {
        if (_bugLimit.TryAcquire(out _)) _log.Error($"BUG device={Name} reason=\"{PluginFault.Describe(exception)}\"");
    }

    protected override void OnChanged(SupervisorState state, string? reason)
    {
        Status.Reason = reason;
        Status.State = state switch
        {
            SupervisorState.Parked => DeviceState.Parked,
            SupervisorState.Stopped => DeviceState.Stopped,
            SupervisorState.Restarting => DeviceState.Reconnecting,
            _ => DeviceState.Connecting,
        };
        if (state == SupervisorState.Parked) FailAll(reason!);
    }

    protected override void OnSessionLost(string reason) => FailAll(reason);

    /// <summary>Creates a driver and its session. Runs on a plugin thread, because plugin code can block.</summary>
    private DeviceSession Open(Func<IDriver> open)
    {
        var driver = open() ?? throw new PluginContractException("its plugin returned no driver");
        try
        {
            Status.Endpoint = LogText.Sanitize(driver.Endpoint);
            _controller = LogText.Sanitize(driver.Controller);
            _isDescribed = driver is IDescribed;

            // A subscribed device has no poll rates: all its tags are one group.
            var groups = Model.Tags.Zip(Tags).GroupBy(t => driver is ISubscriber ? Model.Poll : t.First.Poll ?? Model.Poll)
                .Select(g => new ScanGroup(g, g.Key) { StaleTicks = _time.Ticks(StaleTime(g.Key)) }).ToList();
            foreach (var group in groups)
                group.Reader = driver.Prepare(group.Definitions) ?? throw new PluginContractException("its driver prepared no reader");
            _log.Info($"START plant={_plantId} device={Name} source={Model.Driver} driver={Model.Driver} plc={_controller} "
                + $"address={Status.Endpoint} "
                + $"poll={(driver is ISubscriber ? "subscribed" : Rates(groups))} tags={Model.Tags.Count}");
            return new DeviceSession(this, driver, groups, _time, _log);
        }
        catch
        {
            PluginThread.DisposeLater(driver);
            throw;
        }
    }

    // Requests that do not fit into one scan take turns, so that a tag may be read in every second or third scan only.
    private TimeSpan StaleTime(TimeSpan poll) => StaleScans * (poll > Model.Timeout ? poll : Model.Timeout);

    private static string Rates(List<ScanGroup> groups) =>
        groups.Count == 0 ? "none" : string.Join(',', groups.Select(g => DurationText.Format(g.Poll)));

    private void FailAll(string reason) => _publisher.FailAll(Tags, reason);
}
