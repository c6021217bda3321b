using System.Collections.Concurrent;
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
    private readonly ConcurrentQueue<DeviceJob> _jobs = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isConnected;
    private volatile DeviceJob? _job;
    private CancellationTokenSource _deadline = new(Timeout.InfiniteTimeSpan, time);
    private volatile bool _isStopping;
    private readonly CallClock _call = new(time);
    private int _failures;
    private int _bugs;

    /// <summary>True once nobody waits for this session any more.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>How long the call into the driver that is under way has taken; zero when none is.</summary>
    public TimeSpan CallTime => _call.Elapsed;

    /// <summary>Runs until <see cref="Stop"/>, or until the driver is parked. Never throws.</summary>
    public async Task RunAsync()
    {
        while (!_isStopping)
        {
            var reason = await ConnectAsync().ConfigureAwait(false) ?? await WorkAsync().ConfigureAwait(false);
            _isConnected = false;
            FailJobs(reason ?? "the connection is made anew");
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

        FailJobs("the device is stopped");
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
            _jobs.Enqueue(job);
            _alarm.Wake();
            if (!_isConnected || _isStopping) FailJobs("the connection broke");
        }
    }

    /// <summary>Ends the wait or call under way.</summary>
    public void Stop()
    {
        _isStopping = true;
        _alarm.Stop();
        try
        {
            _stop.Cancel();
            _deadline.Cancel();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            // The deadline was being replaced, or the driver threw when it was cancelled: either way the loop sees that it is over.
        }
    }

    public void Abandon()
    {
        IsAbandoned = true;
        Stop();
        _isConnected = false;
        _job?.LeaveBehind(new TimeoutException($"{model.Name}: its driver did not come back"));
        FailJobs("its driver did not come back");
    }

    /// <returns>Why it failed, or null when connected.</returns>
    private async ValueTask<string?> ConnectAsync()
    {
        owner.Connecting();
        try
        {
            await CallAsync(driver.ConnectAsync(StartDeadline())).ConfigureAwait(false);
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
            var group = Next();
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
            await CallAsync(group.Reader!.ReadAsync(group.Buffer, StartDeadline())).ConfigureAwait(false);
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

    /// <returns>Null for a device without tags.</returns>
    private ScanGroup? Next()
    {
        ScanGroup? next = null;
        foreach (var group in groups)
        {
            if (next is null || group.Rhythm.Due < next.Rhythm.Due) next = group;
        }

        return next;
    }

    /// <summary>Does the jobs that wait, but no more than one before a scan that is due.</summary>
    /// <returns>Why the connection is lost; null while it is not.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> RunJobsAsync()
    {
        while (!_isStopping && _jobs.TryDequeue(out var job))
        {
            _job = job;
            try
            {
                await CallAsync(job.RunAsync(driver, StartDeadline())).ConfigureAwait(false);
                _backoff.Reset();
            }
            catch (Exception exception)
            {
                EndCall();
                job.Fail(exception is OperationCanceledException ? new TimeoutException($"no answer within {model.Timeout.TotalSeconds:0.###} s") : exception);
                if (exception is NotConnectedException) return Explain(exception, "no answer");
            }
            finally
            {
                _job = null;
            }

            if (Next() is { } group && time.GetTimestamp() >= group.Rhythm.Due) break;
        }

        return null;
    }

    private void FailJobs(string reason)
    {
        while (_jobs.TryDequeue(out var job)) job.Fail(new NotConnectedException($"{model.Name}: {reason}"));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CallAsync(ValueTask call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        finally
        {
            EndCall();
        }
    }

    private void EndCall()
    {
        _call.End();
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private CancellationToken StartDeadline()
    {
        // Set before the driver is entered: a driver that blocks its thread before it returns a task is caught too.
        _call.Start();
        if (!_deadline.TryReset())
        {
            var old = _deadline;
            _deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            old.Dispose();
        }

        _deadline.CancelAfter(model.Timeout);
        if (_isStopping) _deadline.Cancel();
        return _deadline.Token;
    }

    private string Explain(Exception exception, string what)
    {
        // A driver that throws before it returns a task comes here without passing the end of the call.
        EndCall();
        if (exception is OperationCanceledException) return $"{what} within {model.Timeout.TotalSeconds:0.###} s";
        if (DriverFault.IsBug(exception)) _bugs++;
        return DriverFault.Describe(exception);
    }

    private async ValueTask DisposeDriverAsync()
    {
        try
        {
            await CallAsync(driver.DisposeAsync()).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            log.Warn($"CLOSE device={model.Name} reason=\"{DriverFault.Describe(exception)}\"");
        }
    }
}
