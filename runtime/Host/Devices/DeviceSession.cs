using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Devices;

/// <summary>
/// One driver from open to dispose: connects with backoff, scans at fixed rates, reconnects. All waiting happens here, none in the driver.
/// When a driver does not come back from a call, the owner abandons the session and starts another; this one then ends in silence.
/// </summary>
internal sealed class DeviceSession(
    DeviceModel model, int window, IReadOnlyList<ScanGroup> groups, IDriver driver, ISessionOwner owner, TimeProvider time, PlantLog log)
{
    private const int BugsUntilParked = 3;
    private readonly Alarm _alarm = new(time);
    private readonly Backoff _backoff = new(model.Reconnect.First, model.Reconnect.Max);
    private readonly LogLimit _okLimit = new(time, TimeSpan.FromMinutes(1));
    private readonly CancellationTokenSource _stop = new();
    private readonly DriverCalls _calls = new(model.Timeout, time);
    private readonly JobQueue _jobs = new(model.Name, driver);
    private volatile bool _isConnected;
    private volatile bool _isStopping;
    private int _failures;
    private int _bugs;

    /// <summary>True once nobody waits for this session any more.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>How long the call into the driver that is under way has taken; zero when none is.</summary>
    public TimeSpan CallTime => _calls.Elapsed;

    /// <summary>Runs until <see cref="Stop"/>, or until the driver is parked. Never throws.</summary>
    public async Task RunAsync()
    {
        while (!_isStopping)
        {
            var reason = await ConnectAsync().ConfigureAwait(false) ?? await WorkAsync().ConfigureAwait(false);
            _isConnected = false;
            _jobs.FailAll(reason ?? "the connection is made anew");
            if (_isStopping || IsAbandoned) break;
            if (_bugs >= BugsUntilParked)
            {
                owner.Park($"its driver failed {_bugs} times in a row: {reason}");
                break;
            }

            var sleep = reason is null ? TimeSpan.Zero : _backoff.Next();
            owner.Lost(reason ?? $"every={model.Reconnect.Every}", isPlanned: reason is null, sleep);
            await _alarm.WaitUntilAsync(time.GetTimestamp() + time.Ticks(sleep)).ConfigureAwait(false);
        }

        _jobs.FailAll("the device is stopped");
        await DisposeDriverAsync().ConfigureAwait(false);
        _alarm.Dispose();
    }

    /// <summary>Does something with the driver between two scans, now or not at all.</summary>
    public void Post(DeviceJob job)
    {
        if (driver is ISubscriber) job.Fail(new RefusedException($"{model.Name} speaks by itself and cannot be asked"));
        else if (!_isConnected) job.Fail(new NotConnectedException($"{model.Name} is not connected: {owner.Status.Reason ?? "it is connecting"}"));
        else
        {
            _jobs.Add(job);
            _alarm.Wake();
            if (!_isConnected || _isStopping) _jobs.FailAll("the connection broke");
        }
    }

    /// <summary>Ends the wait or call under way.</summary>
    public void Stop()
    {
        _isStopping = true;
        _alarm.Stop();
        _calls.Cancel();
        try
        {
            _stop.Cancel();
        }
        catch (AggregateException)
        {
            // The driver threw when it was cancelled: the loop sees that it is over.
        }
    }

    public void Abandon()
    {
        IsAbandoned = true;
        Stop();
        _isConnected = false;
        _jobs.LeaveBehind();
        _jobs.FailAll("its driver did not come back");
    }

    /// <returns>Why it failed, or null when connected.</returns>
    private async ValueTask<string?> ConnectAsync()
    {
        owner.Connecting();
        try
        {
            await _calls.WaitAsync(driver.ConnectAsync(_calls.Begin())).ConfigureAwait(false);
            if (!IsAbandoned) owner.Connected();
            _isConnected = !IsAbandoned;
            return null;
        }
        catch (Exception exception)
        {
            return Explain(exception, "no connection");
        }
    }

    private ValueTask<string?> WorkAsync() => driver is ISubscriber subscriber ? ListenAsync(subscriber) : ScanAsync();

    private async ValueTask<string?> ListenAsync(ISubscriber subscriber)
    {
        try
        {
            _backoff.Reset();
            await new Subscription(subscriber, groups[0], owner, window, time, _stop.Token).RunAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return _isStopping ? null : Explain(exception, "no answer");
        }
    }

    /// <returns>Why the connection is to be made anew; null when only its time is up.</returns>
    private async ValueTask<string?> ScanAsync()
    {
        var started = time.GetTimestamp();
        var isFirst = true;
        _failures = 0;
        foreach (var group in groups) group.Rhythm.Start(started);
        while (!_isStopping)
        {
            var group = ScanGroup.NextOf(groups);
            if (_jobs.IsEmpty) await _alarm.WaitUntilAsync(group?.Rhythm.Due ?? long.MaxValue).ConfigureAwait(false);
            if (_isStopping) return null;
            if (await RunJobsAsync().ConfigureAwait(false) is { } broken) return broken;
            if (group is null || time.GetTimestamp() < group.Rhythm.Due) continue;
            if (model.Reconnect.Every is { } every && time.GetElapsedTime(started) >= every) return null;
            var (failure, isLost) = await ScanOnceAsync(group, isFirst).ConfigureAwait(false);
            if (IsAbandoned || _isStopping) return null;
            if (failure is null)
            {
                isFirst = false;
                continue;
            }

            if (isLost || _failures >= model.Reconnect.AfterFailures || _bugs >= BugsUntilParked) return failure;
        }

        return null;
    }

    private async ValueTask<(string? Failure, bool IsLost)> ScanOnceAsync(ScanGroup group, bool isFirst)
    {
        var start = time.GetTimestamp();
        owner.Status.Lateness.Add(time.GetElapsedTime(group.Rhythm.Due, start));
        var header = new ScanHeader(group.Rhythm.Number + 1, time.GetUtcNow().UtcDateTime, start, null);
        string? failure = null;
        var isLost = false;
        group.Buffer.Reset(header.Time);
        try
        {
            await _calls.WaitAsync(group.Reader!.ReadAsync(group.Buffer, _calls.Begin())).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = Explain(exception, "no answer");
            isLost = exception is NotConnectedException;
        }

        if (IsAbandoned || _isStopping) return (failure, isLost);
        var end = time.GetTimestamp();
        var skipped = group.Rhythm.Skipped;
        group.Rhythm.Advance(end);
        owner.Status.SkippedScans(group.Rhythm.Skipped - skipped);
        if (failure is not null)
        {
            _failures++;
            owner.Failed(header with { Failure = failure });
            return (failure, isLost);
        }

        _failures = _bugs = 0;
        _backoff.Reset();
        group.Refine();
        owner.Scanned(group, header, time.GetElapsedTime(start, end));
        if (log.IsDebug || isFirst || _okLimit.May(out _)) LogOk(isFirst, group, time.GetElapsedTime(start, end));
        return (null, false);
    }

    private void LogOk(bool isFirst, ScanGroup group, TimeSpan cycle)
    {
        if (isFirst) _okLimit.May(out _);
        var status = owner.Status;
        var level = isFirst || !log.IsDebug ? LogLevel.Info : LogLevel.Debug;
        log.Write(level, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"OK device={model.Name} tags={group.Buffer.Count} cycle={cycle.TotalMilliseconds:0.0}ms scans={status.Scans} failed={status.Failed} skipped={status.Skipped}"));
    }

    /// <summary>Does the jobs that wait, but no more than one before a scan that is due.</summary>
    /// <returns>Why the connection is lost; null while it is not.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> RunJobsAsync()
    {
        while (!_isStopping && !_jobs.IsEmpty)
        {
            var failure = await _jobs.RunNextAsync(_calls).ConfigureAwait(false);
            if (failure is null) _backoff.Reset();
            if (failure is NotConnectedException) return Explain(failure, "no answer");
            if (ScanGroup.NextOf(groups) is { } group && time.GetTimestamp() >= group.Rhythm.Due) break;
        }

        return null;
    }

    private string Explain(Exception exception, string what)
    {
        // A driver that throws before it returns a task comes here without passing the end of the call.
        _calls.End();
        if (exception is OperationCanceledException) return $"{what} within {model.Timeout.TotalSeconds:0.###} s";
        if (DriverFault.IsBug(exception)) _bugs++;
        return DriverFault.Describe(exception);
    }

    private async ValueTask DisposeDriverAsync()
    {
        try
        {
            await _calls.WaitAsync(driver.DisposeAsync()).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            log.Warn($"CLOSE device={model.Name} reason=\"{DriverFault.Describe(exception)}\"");
        }
    }
}
