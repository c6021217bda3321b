using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Reads or writes one block of a device between two scans, repeatedly and without allocating. Owned by one mirror, block scan or block
/// output, which executes it again only after it has ended; it runs within the device session's loop and is never retried.
/// </summary>
internal abstract class BlockOperation(string address, int bytes) : DeviceOperation, IValueTaskSource<string?>
{
    private ManualResetValueTaskSourceCore<string?> _end = new() { RunContinuationsAsynchronously = true };
    private IDriver? _driver;
    private IBlock? _block;
    private int _isEnded;

    /// <summary>
    /// True when the driver did not return from the operation and may still use its memory: its owner then replaces it by a new one.
    /// </summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Executes the operation once. Returns the reason of its failure; null when it succeeded. Never throws.</summary>
    public ValueTask<string?> ExecuteAsync(DeviceSupervisor device)
    {
        _end.Reset();
        Volatile.Write(ref _isEnded, 0);
        device.Post(this);
        return new ValueTask<string?>(this, _end.Version);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public sealed override async ValueTask RunAsync(IDriver driver, CancellationToken cancel)
    {
        await WorkAsync(Prepared(driver), cancel).ConfigureAwait(false);
        End(null);
    }

    public sealed override void Fail(Exception exception)
    {
        // The driver is not referenced longer, so that its plugin can leave memory when the next session has another driver.
        (_driver, _block) = (null, null);
        End(PluginFault.Describe(exception));
    }

    public sealed override void Abandon(Exception exception)
    {
        IsAbandoned = true;
        End(PluginFault.Describe(exception));
    }

    string? IValueTaskSource<string?>.GetResult(short token) => _end.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<string?>.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource<string?>.OnCompleted(
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

    private void End(string? failure)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0) _end.SetResult(failure);
    }
}

/// <summary>Reads an image of a block. Image and Taken are valid after a successful execution, until the next one.</summary>
internal sealed class BlockRead(string address, int bytes, TimeProvider time) : BlockOperation(address, bytes)
{
    public byte[] Image { get; } = new byte[bytes];

    /// <summary>Start of the read as a monotonic timestamp: the image is no older than that.</summary>
    public long Taken { get; private set; }

    protected override ValueTask WorkAsync(IBlock block, CancellationToken cancel)
    {
        Taken = time.GetTimestamp();
        return block.ReadAsync(Image, cancel);
    }
}
