using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Recipes;

namespace PlantRuntime.Engine;

/// <summary>
/// Tells recipes about the host: raises alerts when states of devices, sinks, queues, the disk and recipes change, and reports health.
/// Owned by SiteHost, whose supervision loop calls <see cref="PollAsync"/>; recipes call the rest on their threads.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="readDisk">Returns the space of the disk with a folder; by default that of the system.</param>
internal sealed class SiteStatus(TimeProvider time, Func<string, DiskSpace>? readDisk = null) : ISiteStatus
{
    private const int MostKept = 1000;
    private const double QueueHigh = 0.8;
    private const double QueueLow = 0.6;
    private const double DiskHigh = 0.9;
    private const double DiskLow = 0.85;
    private static readonly TimeSpan s_slowEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_rateOver = TimeSpan.FromMinutes(1);

    private readonly Func<string, DiskSpace> _readDisk = readDisk ?? DiskSpace.Read;
    private readonly Lock _gate = new();
    private readonly Queue<Alert> _alerts = new();
    private readonly Dictionary<(AlertKind, string), Alert> _active = [];
    private readonly Queue<(long Timestamp, long Values)> _counts = new();
    private SiteRuntime? _site;
    private long _slowAt;

    public string Run { get; } = Guid.NewGuid().ToString("N");

    public long LastAlert { get; private set; }

    /// <summary>Sets the parts of the site. Called once, before the first poll and the first recipe.</summary>
    public void Attach(SiteRuntime site) => _site = site;

    public IReadOnlyList<Alert> AlertsAfter(long number)
    {
        lock (_gate) return [.. _alerts.Where(alert => alert.Number > number)];
    }

    /// <summary>Returns the alerts that have begun and are not over, oldest first. Any thread.</summary>
    public IReadOnlyList<Alert> ActiveAlerts()
    {
        lock (_gate) return [.. _active.Values.OrderBy(alert => alert.Number)];
    }

    public HealthReport Health()
    {
        List<DeviceSupervisor> devices = [.. _site!.Devices];
        List<SinkHealth> sinks = [.. _site.Sinks.Select(Describe)];
        var values = devices.Sum(d => d.Status.Values);
        return new HealthReport(
            time.GetUtcNow().UtcDateTime, devices.Count, devices.Count(d => d.Status.State == DeviceState.Running), values,
            devices.Max(d => d.Status.LastScan), RatePerMinute(values), Math.Round(Environment.WorkingSet / 1e6, 1),
            sinks.Sum(s => s.Waiting), [.. devices.Select(Describe)], sinks);
    }

    /// <summary>Compares the states with those of the last poll; every 5 s also the fill levels of queues and disk.</summary>
    public async Task PollAsync(CancellationToken cancel)
    {
        var site = _site!;
        foreach (var device in site.Devices) Poll(device);
        foreach (var sink in site.Sinks)
            Set(AlertKind.Sink, sink.Name, sink.State is SinkState.Down or SinkState.Parked ? sink.Reason ?? $"{sink.State}" : null);
        foreach (var recipe in site.Recipes.Slots) Set(AlertKind.Recipe, recipe.File, WhyNotAsEdited(recipe));
        EndOfRemoved(AlertKind.Device, site.Devices.Select(d => d.Name));
        EndOfRemoved(AlertKind.Sink, site.Sinks.Select(s => s.Name));
        EndOfRemoved(AlertKind.Recipe, site.Recipes.Slots.Select(r => r.File));
        if (time.GetTimestamp() < _slowAt) return;
        _slowAt = time.GetTimestamp() + time.Ticks(s_slowEvery);
        CountValues(site.Devices.Sum(d => d.Status.Values));
        PollDisk(site.Model.DataFolder);
        await PollQueueAsync(site, cancel).ConfigureAwait(false);
    }

    private static DeviceHealth Describe(DeviceSupervisor device)
    {
        var status = device.Status;
        var response = Math.Round(status.Cycle.TotalMilliseconds, 1);
        return new DeviceHealth(device.Name, $"{status.State}", status.Reason, status.Scans, status.Failed, response);
    }

    private static SinkHealth Describe(SinkSupervisor sink)
    {
        var counts = sink.Counts;
        return new SinkHealth(sink.Name, $"{sink.State}", sink.Reason, counts.Waiting, counts.DeadLettered);
    }

    /// <summary>
    /// Returns why a recipe does not run as it was edited last; null if it does, and while its first version is being built.
    /// </summary>
    private static string? WhyNotAsEdited(RecipeSlot recipe) =>
        recipe.Status != "Running" ? recipe.Reason
        : recipe.Rejected is not null ? recipe.Reason ?? "the edited version was rolled back"
        : null;

    // A device that connects for the first time is not lost: it is lost when it waits before another attempt.
    private void Poll(DeviceSupervisor device)
    {
        var (state, reason) = (device.Status.State, device.Status.Reason);
        if (state == DeviceState.Connecting) return;
        var isLost = state is DeviceState.Reconnecting or DeviceState.Parked or DeviceState.Waiting;
        Set(AlertKind.Device, device.Name, isLost ? reason ?? $"{state}" : null);
    }

    /// <summary>Ends the states of parts that the site no longer has.</summary>
    private void EndOfRemoved(AlertKind kind, IEnumerable<string> names)
    {
        List<string> removed;
        lock (_gate) removed = _active.Count == 0 ? [] : [.. _active.Keys.Where(k => k.Item1 == kind).Select(k => k.Item2).Except(names)];
        foreach (var subject in removed) Set(kind, subject, null);
    }

    private void PollDisk(string folder)
    {
        try
        {
            var (free, total) = _readDisk(Directory.Exists(folder) ? folder : Path.GetDirectoryName(folder)!);
            SetLevel(AlertKind.Disk, folder, 1 - ((double)free / total), DiskHigh, DiskLow, $"{free >> 20} MB are free");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A disk that cannot be asked is reported by the queue when it fails.
        }
    }

    private async Task PollQueueAsync(SiteRuntime site, CancellationToken cancel)
    {
        if (site.Queue is not { } queue) return;
        try
        {
            var levels = await queue
                .AskAsync(store => store.State.Cursors.Select(c => (c.Sink, (double)c.Bytes / c.Limits.MaxSize.Bytes)).ToList())
                .WaitAsync(s_slowEvery, time, cancel).ConfigureAwait(false);
            const string Next = "then records are dropped, or recipes wait: see queue = { when_full } in site.toml";
            foreach (var (sink, level) in levels) SetLevel(AlertKind.Queue, sink, level, QueueHigh, QueueLow, Next);
            EndOfRemoved(AlertKind.Queue, levels.Select(l => l.Sink));
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or ObjectDisposedException)
        {
            // The queue's own state says why it does not answer.
        }
    }

    private void SetLevel(AlertKind kind, string subject, double level, double high, double low, string consequence)
    {
        bool isActive;
        lock (_gate) isActive = _active.ContainsKey((kind, subject));
        if (isActive ? level > low : level > high) Set(kind, subject, $"it is {level:P0} full: {consequence}");
        else Set(kind, subject, null);
    }

    /// <summary>Raises an alert when the state of a subject begins or is over; a changed reason alone is no alert.</summary>
    private void Set(AlertKind kind, string subject, string? reason)
    {
        lock (_gate)
        {
            var key = (kind, subject);
            if (reason is null == !_active.ContainsKey(key)) return;
            _active.Remove(key, out var begun);
            var alert = new Alert(
                LastAlert + 1, time.GetUtcNow().UtcDateTime, kind, subject, reason is not null, reason ?? begun!.Reason);
            if (alert.IsActive) _active.Add(key, alert);
            _alerts.Enqueue(alert);
            if (_alerts.Count > MostKept) _alerts.Dequeue();
            LastAlert++;
        }
    }

    private void CountValues(long values)
    {
        lock (_gate)
        {
            _counts.Enqueue((time.GetTimestamp(), values));
            while (_counts.Count > 2 && time.GetElapsedTime(_counts.Peek().Timestamp) > s_rateOver) _counts.Dequeue();
        }
    }

    private double RatePerMinute(long values)
    {
        lock (_gate)
        {
            if (_counts.Count == 0) return 0;
            var (since, before) = _counts.Peek();
            var minutes = time.GetElapsedTime(since).TotalMinutes;
            return minutes > 0 ? Math.Round((values - before) / minutes, 1) : 0;
        }
    }
}

/// <summary>The space of a disk in bytes.</summary>
/// <param name="Free">Bytes that the host may still write.</param>
/// <param name="Total">Size of the disk.</param>
internal readonly record struct DiskSpace(long Free, long Total)
{
    /// <summary>Returns the space of the disk with a folder.</summary>
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    public static DiskSpace Read(string folder)
    {
        var drive = new DriveInfo(folder);
        return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }
}
