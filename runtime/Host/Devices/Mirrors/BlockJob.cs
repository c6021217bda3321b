using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>
/// Something done with one block of a device between two scans, again and again without allocating; one at a time.
/// </summary>
internal abstract class BlockJob(string address, int bytes) : DeviceJob, IValueTaskSource<Exception?>
{
    private ManualResetValueTaskSourceCore<Exception?> _end = new() { RunContinuationsAsynchronously = true };
    private IDriver? _driver;
    private IBlock? _block;
    private int _isEnded;

    /// <summary>True when a driver did not come back from it and may still use its memory: then it is not to be used again.</summary>
    public bool IsLeftBehind { get; private set; }

    /// <summary>Has it done now, or not at all; tells why it was not.</summary>
    public ValueTask<Exception?> DoAsync(DeviceRunner device)
    {
        _end.Reset();
        Volatile.Write(ref _isEnded, 0);
        device.Post(this);
        return new ValueTask<Exception?>(this, _end.Version);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public sealed override async ValueTask RunAsync(IDriver driver, CancellationToken cancel)
    {
        await WorkAsync(Prepared(driver), cancel).ConfigureAwait(false);
        End(null);
    }

    public sealed override void Fail(Exception exception)
    {
        // The driver may be another one next time, and this one is to leave memory then.
        (_driver, _block) = (null, null);
        End(exception);
    }

    public sealed override void LeaveBehind(Exception exception)
    {
        IsLeftBehind = true;
        End(exception);
    }

    Exception? IValueTaskSource<Exception?>.GetResult(short token) => _end.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Exception?>.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource<Exception?>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _end.OnCompleted(continuation, state, token, flags);

    protected abstract ValueTask WorkAsync(IBlock block, CancellationToken cancel);

    private IBlock Prepared(IDriver driver)
    {
        if (driver == _driver) return _block!;
        if (driver is not IBlockAccess access) throw new RefusedException("its driver has no blocks");
        var block = access.PrepareBlock(address, bytes);
        if (block.Length != bytes) throw new RefusedException($"{address}: its driver made a block of {block.Length} bytes, not {bytes}");
        (_driver, _block) = (driver, block);
        return block;
    }

    private void End(Exception? failure)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0) _end.SetResult(failure);
    }
}
