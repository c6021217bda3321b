using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Queues the operations that wait for a device's driver. Owned by one <see cref="DeviceSession"/>: any thread adds, the session's loop
/// runs one at a time between scans, and the supervisor abandons the running one when the driver hangs.
/// </summary>
internal sealed class OperationQueue(string device, IDriver driver, Func<string?>? whyNoWrites)
{
    private readonly ConcurrentQueue<DeviceOperation> _waiting = new();
    private readonly SemaphoreSlim _added = new(0);
    private volatile DeviceOperation? _running;

    public bool IsEmpty => _waiting.IsEmpty;

    public void Add(DeviceOperation operation)
    {
        _waiting.Enqueue(operation);
        _added.Release();
    }

    /// <summary>
    /// Waits until an operation was added. Used by the loop of a subscribed device; it can complete although another call ran or failed
    /// the operation.
    /// </summary>
    public Task WaitAsync(CancellationToken cancel) => _added.WaitAsync(cancel);

    /// <summary>Runs the next operation, if there is one.</summary>
    /// <param name="calls">The calls into the driver.</param>
    /// <param name="ended">Cancelled when the connection has ended, which ends the operation too.</param>
    /// <returns>The reason of its failure; null if it did not fail.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Exception?> RunNextAsync(TimedCalls calls, CancellationToken ended = default)
    {
        if (!_waiting.TryDequeue(out var operation)) return null;
        if (operation.IsWrite && whyNoWrites?.Invoke() is { } reason)
        {
            operation.Fail(new RefusedException(reason));
            return null;
        }

        _running = operation;
        try
        {
            await calls.WaitAsync(operation.RunAsync(driver, calls.Begin())).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            calls.End();
            operation.Fail(exception is OperationCanceledException && ended.IsCancellationRequested
                ? new NotConnectedException($"{device}: the connection broke")
                : Readable(exception, calls));
            return exception;
        }
        finally
        {
            _running = null;
        }
    }

    /// <summary>Fails all waiting operations with a NotConnectedException. Any thread.</summary>
    public void FailAll(string reason)
    {
        while (_waiting.TryDequeue(out var operation)) operation.Fail(new NotConnectedException($"{device}: {reason}"));
    }

    /// <summary>Ends the running operation, whose call into the driver has not returned.</summary>
    public void Abandon() => _running?.Abandon(new TimeoutException($"{device}: its driver did not come back"));

    /// <summary>
    /// Returns an exception whose message callers can read. An exception type of a plugin may throw in <c>Message</c>, and would keep the
    /// plugin loaded; it becomes a RefusedException with the described text.
    /// </summary>
    private static Exception Readable(Exception exception, TimedCalls calls) => exception switch
    {
        OperationCanceledException when calls.IsCancelled => new TimeoutException($"no answer within {calls.Limit.TotalSeconds:0.###} s"),
        NotConnectedException or RefusedException => exception,
        _ when exception.GetType().Assembly.IsCollectible => new RefusedException(PluginFault.Describe(exception)),
        _ => exception,
    };
}
