using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Runs one driver from its opening to its disposal: connects with backoff, scans at fixed rates or reads a subscription, and reconnects.
/// The waits between attempts and scans are in this class, none in the driver. Owned by <see cref="DeviceSupervisor"/>, which starts and
/// ends it on other threads. RunAsync is async without a thread of its own and makes one call into the driver at a time; only the
/// acknowledgements and operations of a subscriber run beside a pending read.
/// </summary>
internal sealed class DeviceSession : ISession
{
    private const int BugsUntilParked = 3;
    private const string ClosedWhileIdle = "the device closed the idle connection";
    private readonly DeviceSupervisor _owner;
    private readonly DeviceModel _model;
    private readonly int _window;
    private readonly IReadOnlyList<ScanGroup> _groups;
    private readonly IDriver _driver;
    private readonly ISharedLine? _line;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly FixedRateLoop _loop;
    private readonly Backoff _backoff;
    private readonly LogLimit _okLimit;
    private readonly TimedCalls _calls;
    private readonly TimedCalls _listening;
    private readonly TimedCalls _asking;
    private readonly OperationQueue _operations;

    // Cancels waits of the host only; the token is never given to the driver.
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isConnected;
    private volatile bool _isStopping;
    private volatile bool _isAbandoned;
    private int _failures;
    private int _bugs;

    // True after the first good scan on the current connection: only such a connection is replaced without a failed scan.
    private bool _isProven;

    /// <param name="owner">The device; receives scans and events.</param>
    /// <param name="driver">The driver, not connected; the session disposes it.</param>
    /// <param name="groups">Its tags by poll rate, prepared.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the log lines.</param>
    public DeviceSession(DeviceSupervisor owner, IDriver driver, IReadOnlyList<ScanGroup> groups, TimeProvider time, PlantLog log)
    {
        (_owner, _model, _window, _groups, _driver, _time, _log) = (owner, owner.Model, owner.Window, groups, driver, time, log);
        _line = driver as ISharedLine;
        _loop = new FixedRateLoop(time, [.. groups.Select(g => g.Poll)]);
        _backoff = new Backoff(_model.Reconnect.First, _model.Reconnect.Max);
        _okLimit = new LogLimit(time, TimeSpan.FromMinutes(1));
        _calls = new TimedCalls(_model.Timeout, time, ReportFault);
        _listening = new TimedCalls(Timeout.InfiniteTimeSpan, time, ReportFault);
        _asking = new TimedCalls(_model.Timeout, time, ReportFault);
        _operations = new OperationQueue(_model.Name, driver, owner.WhyNoWrites);
    }

    public TimeSpan CallTime =>
        TimeSpan.FromTicks(Math.Max(_calls.Elapsed.Ticks, Math.Max(_listening.Elapsed.Ticks, _asking.Elapsed.Ticks)));

    private bool IsClosedWhileIdle => _isProven && _driver is IConnectionProbe { IsClosedByDevice: true };

    /// <summary>
    /// True if a new connection may mend the call that lost the connection. A device that was silent until the deadline is gone.
    /// </summary>
    private bool CanMend => _isProven && !_isStopping && !_calls.IsCancelled;

    public async Task<string?> RunAsync()
    {
        try
        {
            while (!_isStopping)
            {
                var reason = await ConnectAsync().ConfigureAwait(false) ?? await WorkAsync().ConfigureAwait(false);
                Disconnected(reason ?? "the connection is being renewed");
                if (_isStopping) return null;
                if (_bugs >= BugsUntilParked) return $"its driver failed {_bugs} times in a row: {reason}";
                var sleep = reason is null ? TimeSpan.Zero : _backoff.Next();
                _owner.ReportLost(reason ?? $"every={_model.Reconnect.Every}", isPlanned: reason is null, sleep);
                await _loop.PauseAsync(sleep).ConfigureAwait(false);
            }

            return null;
        }
        finally
        {
            Disconnected("the device is stopped");
        }
    }

    /// <summary>
    /// Queues an operation, which the session's loop runs before its next scan, or beside the read of a subscriber. Fails it at once if the
    /// driver is not connected. Any thread; never blocks.
    /// </summary>
    public void Post(DeviceOperation operation)
    {
        if (!_isConnected)
            operation.Fail(new NotConnectedException($"{_model.Name} is not connected: {_owner.Status.Reason ?? "it is connecting"}"));
        else
        {
            _operations.Add(operation);

            // The loop of a subscriber waits at the queue; a wake would end its next pause instead.
            if (_driver is not ISubscriber) _loop.Wake();
            if (!_isConnected || _isStopping) _operations.FailAll("the connection broke");
        }
    }

    public void Stop()
    {
        _isStopping = true;
        _loop.Stop();
        _calls.Cancel();
        _listening.Cancel();
        _asking.Cancel();
        _stop.Cancel();
    }

    public void Abandon()
    {
        _isAbandoned = true;
        Stop();
        _isConnected = false;
        _operations.Abandon();
        _operations.FailAll("its driver did not come back");
    }

    public async ValueTask DisposeAsync()
    {
        _loop.Dispose();
        _calls.Dispose();
        _listening.Dispose();
        _asking.Dispose();
        await _driver.DisposeAsync().ConfigureAwait(false);
    }

    private void Disconnected(string reason)
    {
        _isConnected = false;
        _operations.FailAll(reason);
    }

    /// <returns>The reason of the failure; null when connected.</returns>
    private async ValueTask<string?> ConnectAsync()
    {
        _owner.ReportConnecting();
        try
        {
            await WaitForTurnAsync().ConfigureAwait(false);
            await _calls.WaitAsync(_driver.ConnectAsync(_calls.Begin())).ConfigureAwait(false);
            if (_isAbandoned) return null;
            _owner.ReportConnected();
            _isConnected = true;
            _isProven = false;
            return null;
        }
        catch (Exception exception)
        {
            return Explain(exception, "no connection");
        }
        finally
        {
            _line?.EndTurn();
        }
    }

    private ValueTask<string?> WorkAsync() => _driver is ISubscriber subscriber ? ListenAsync(subscriber) : ScanAsync();

    private async ValueTask<string?> ListenAsync(ISubscriber subscriber)
    {
        try
        {
            _backoff.Reset();
            var calls = new SubscriptionCalls(_listening, _calls, _asking);
            var loop = new SubscriptionLoop(subscriber, _groups[0], _owner, _window, calls, _operations, _time);
            await loop.RunAsync(_stop.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return _isStopping ? null : Explain(exception, "no answer");
        }
    }

    /// <returns>The reason for a new connection; null when only the configured time to reconnect has come.</returns>
    private async ValueTask<string?> ScanAsync()
    {
        var started = _time.GetTimestamp();
        var isFirst = true;
        _failures = 0;
        _loop.Start();
        while (!_isStopping)
        {
            if (_operations.IsEmpty) await _loop.WaitAsync().ConfigureAwait(false);
            if (_isStopping) return null;
            if (await RunOperationsAsync().ConfigureAwait(false) is { } broken) return broken;
            if (!_loop.IsDue) continue;
            if (_model.Reconnect.Every is { } every && _time.GetElapsedTime(started) >= every) return null;
            var (failure, isLost) = await ScanOnceAsync(_loop.Next, isFirst).ConfigureAwait(false);
            if (_isStopping) return null;
            if (failure is null)
            {
                isFirst = false;
                continue;
            }

            if (isLost || _failures >= _model.Reconnect.AfterFailures || _bugs >= BugsUntilParked) return failure;
        }

        return null;
    }

    /// <summary>
    /// Replaces a proven connection that the device closed while it was idle, without a pause and without a failed scan.
    /// </summary>
    /// <returns>The reason why there is no connection; null when there is one.</returns>
    private async ValueTask<string?> RenewAsync(string cause)
    {
        _isProven = false;
        try
        {
            await _calls.WaitAsync(_driver.ConnectAsync(_calls.Begin())).ConfigureAwait(false);
            if (!_isAbandoned) _owner.ReportRenewed(cause);
            return null;
        }
        catch (Exception exception)
        {
            return $"{cause}; {Explain(exception, "no connection")}";
        }
    }

    /// <summary>
    /// Reads a group in its turn on the line. A connection that the device has closed is replaced once, and the group read again.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(string? Failure, bool IsLost)> ReadAsync(ScanGroup group, DateTime time)
    {
        try
        {
            await WaitForTurnAsync().ConfigureAwait(false);
            if (IsClosedWhileIdle && await RenewAsync(ClosedWhileIdle).ConfigureAwait(false) is { } closed) return (closed, true);
            var (failure, isLost) = await ReadOnceAsync(group).ConfigureAwait(false);
            if (!isLost || !CanMend) return (failure, isLost);
            if (await RenewAsync(failure!).ConfigureAwait(false) is { } lost) return (lost, true);
            group.Buffer.Reset(time);
            return await ReadOnceAsync(group).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return (Explain(exception, "no answer"), false);
        }
        finally
        {
            _line?.EndTurn();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(string? Failure, bool IsLost)> ReadOnceAsync(ScanGroup group)
    {
        try
        {
            await _calls.WaitAsync(group.Reader!.ReadAsync(group.Buffer, _calls.Begin())).ConfigureAwait(false);
            group.AcceptSamples(_time.GetTimestamp());
            return (null, false);
        }
        catch (Exception exception)
        {
            return (Explain(exception, "no answer"), exception is NotConnectedException);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(string? Failure, bool IsLost)> ScanOnceAsync(int index, bool isFirst)
    {
        var (group, schedule) = (_groups[index], _loop.Schedules[index]);
        var start = _time.GetTimestamp();
        _owner.Status.Lateness.Add(_time.GetElapsedTime(schedule.Due, start));
        var info = new ScanInfo(schedule.Number + 1, _time.GetUtcNow().UtcDateTime, start, null);
        group.Buffer.Reset(info.Time);
        var (failure, isLost) = await ReadAsync(group, info.Time).ConfigureAwait(false);
        if (failure is null) info = info with { DeviceTime = group.Buffer.SourceTime };
        if (_isStopping) return (failure, isLost);
        var cycle = _time.GetElapsedTime(start);
        _owner.Status.CountSkipped(_loop.Advance(index));
        if (failure is not null)
        {
            _failures++;
            _owner.ReportFailedScan(info with { Failure = failure }, isLost);
            return (failure, isLost);
        }

        _failures = _bugs = 0;
        _isProven = true;
        _backoff.Reset();
        _owner.Publish(group, info, group.Samples, cycle);
        if (_log.IsDebug || isFirst || _okLimit.TryAcquire(out _)) LogOk(isFirst, group, info.Time, cycle);
        return (null, false);
    }

    // A scan in which no tag was read, because none was answered in time, is not OK; the tags are logged with their reasons.
    private void LogOk(bool isFirst, ScanGroup group, DateTime time, TimeSpan cycle)
    {
        if (group is { ReadCount: 0, IsAnyNotRead: true }) return;
        if (isFirst) _okLimit.TryAcquire(out _);
        _owner.LogScan(isDetail: !isFirst && _log.IsDebug, group, time, cycle);
    }

    /// <summary>Runs the waiting operations, but no more than one before a scan that is due.</summary>
    /// <returns>The reason why the connection is lost; null while it is not.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<string?> RunOperationsAsync()
    {
        while (!_isStopping && !_operations.IsEmpty)
        {
            var failure = await RunOperationAsync().ConfigureAwait(false);
            if (failure is null) _backoff.Reset();
            if (failure is NotConnectedException) return Explain(failure, "no answer");
            if (_loop.IsDue) break;
        }

        return null;
    }

    /// <summary>
    /// Runs the next operation in its turn on the line. A connection that the device has closed is replaced once; an operation that was
    /// sent is not repeated.
    /// </summary>
    /// <returns>The reason of a failure; null also after one that lost the connection if it was replaced.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Exception?> RunOperationAsync()
    {
        try
        {
            await WaitForTurnAsync().ConfigureAwait(false);
            if (IsClosedWhileIdle && await RenewAsync(ClosedWhileIdle).ConfigureAwait(false) is { } closed)
                return new NotConnectedException(closed);
            var failure = await _operations.RunNextAsync(_calls).ConfigureAwait(false);
            if (failure is not NotConnectedException || !CanMend) return failure;
            return await RenewAsync(failure.Message).ConfigureAwait(false) is { } lost ? new NotConnectedException(lost) : null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            _line?.EndTurn();
        }
    }

    /// <summary>Waits for the turn on a shared line. The stop of the session ends the wait.</summary>
    private ValueTask WaitForTurnAsync() => _line is null ? default : _listening.WaitAsync(_line.WaitForTurnAsync(_listening.Begin()));

    private string Explain(Exception exception, string what)
    {
        // Ends the call of a driver that threw before it returned a task, which WaitAsync did not see.
        _calls.End();
        _listening.End();
        if (exception is OperationCanceledException)
        {
            var limit = $"{_model.Timeout.TotalSeconds:0.###} s";
            return _calls.IsCancelled ? $"{what} within {limit}" : $"{what}: the driver cancelled the call before the timeout of {limit}";
        }

        if (PluginFault.IsBug(exception)) _bugs++;
        return PluginFault.Describe(exception);
    }

    private void ReportFault(string reason) => _owner.ReportFault(this, reason);
}
