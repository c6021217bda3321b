using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Calls a device's driver between two scans: a write, a block transfer or a query. It runs at most once, on the connection that is
/// open when it is posted, or on its replacement if the device has closed that one while it was idle; it is never retried. Created by any
/// caller, passed to <see cref="DeviceSupervisor.Post"/>, run by the session's loop.
/// </summary>
internal abstract class DeviceOperation
{
    /// <summary>True if it changes something in the device: it is refused while the host may not write.</summary>
    public virtual bool IsWrite => false;

    /// <summary>
    /// Runs within the session's loop. A NotConnectedException ends the connection; any other exception fails only the operation.
    /// </summary>
    public abstract ValueTask RunAsync(IDriver driver, CancellationToken cancel);

    /// <summary>
    /// Ends an operation that did not run, or whose <see cref="RunAsync"/> threw. Called on the session's loop, the poster's thread
    /// or the supervisor's.
    /// </summary>
    public abstract void Fail(Exception exception);

    /// <summary>Ends an operation whose call into the driver has not returned, so that the driver may still be using its memory.</summary>
    public virtual void Abandon(Exception exception) => Fail(exception);
}

/// <summary>
/// Runs a query with a result on the driver, such as browsing or reading properties. Used by <see cref="DeviceSupervisor.AskAsync"/>.
/// </summary>
internal sealed class DeviceQuery<T>(Func<IDriver, CancellationToken, ValueTask<T>> query) : DeviceOperation
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override async ValueTask RunAsync(IDriver driver, CancellationToken cancel) =>
        _answer.TrySetResult(await query(driver, cancel).ConfigureAwait(false));

    public override void Fail(Exception exception) => _answer.TrySetException(exception);
}
