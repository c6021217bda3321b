using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>What is to be done with a device's driver between two scans. Anybody adds; the device's loop runs.</summary>
internal sealed class JobQueue(string device, IDriver driver)
{
    private readonly ConcurrentQueue<DeviceJob> _waiting = new();
    private volatile DeviceJob? _running;

    public bool IsEmpty => _waiting.IsEmpty;

    public void Add(DeviceJob job) => _waiting.Enqueue(job);

    /// <summary>Does the next one, if there is one.</summary>
    /// <returns>Why it failed; null when it did not.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Exception?> RunNextAsync(DriverCalls calls)
    {
        if (!_waiting.TryDequeue(out var job)) return null;
        _running = job;
        try
        {
            await calls.WaitAsync(job.RunAsync(driver, calls.Begin())).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            calls.End();
            job.Fail(exception is OperationCanceledException ? new TimeoutException($"no answer within {calls.Limit.TotalSeconds:0.###} s") : exception);
            return exception;
        }
        finally
        {
            _running = null;
        }
    }

    /// <summary>Nothing that waits will be done.</summary>
    public void FailAll(string reason)
    {
        while (_waiting.TryDequeue(out var job)) job.Fail(new NotConnectedException($"{device}: {reason}"));
    }

    /// <summary>The driver did not come back from the one that is being done.</summary>
    public void LeaveBehind() => _running?.LeaveBehind(new TimeoutException($"{device}: its driver did not come back"));
}
