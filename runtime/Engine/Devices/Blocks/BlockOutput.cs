using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Writes the images of one <c>EncodeTo</c> of a recipe into a device's block. One write runs at a time; of the images that arrive
/// meanwhile only the latest is kept, and none during an outage. Created for each version of a recipe; <see cref="Write"/> is called on the
/// recipe's thread and never waits, and the ends of writes run on the thread pool.
/// </summary>
internal sealed class BlockOutput : IBlockOutput
{
    private readonly BlockEncoding _encoding;
    private readonly DeviceSupervisor _device;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _limit;
    private readonly Action _continue;
    private readonly Lock _gate = new();
    private readonly byte[] _next;
    private long _nextTaken;
    private bool _hasNext;
    private bool _isBusy;
    private BlockOutputWrite _write;
    private ValueTask<string?> _running;
    private volatile bool _isSkipping;

    public BlockOutput(BlockEncoding encoding, DeviceSupervisor device, TimeProvider time, PlantLog log)
    {
        _encoding = encoding;
        _device = device;
        _time = time;
        _log = log;
        _limit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 3);
        _next = new byte[encoding.Bytes];
        _write = new BlockOutputWrite(encoding, time);
        _continue = () =>
        {
            Complete(_running.GetAwaiter().GetResult());
            WriteAll();
        };
    }

    public void Write(ReadOnlySpan<byte> image, long timestamp)
    {
        lock (_gate)
        {
            image.CopyTo(_next);
            (_nextTaken, _hasNext) = (timestamp, true);
            if (_isBusy) return;
            _isBusy = true;
        }

        WriteAll();
    }

    public void Skip(string tag, string why)
    {
        if (!_isSkipping) Skip($"{tag} {why}");
    }

    private void WriteAll()
    {
        while (TryBegin())
        {
            _running = _write.ExecuteAsync(_device);
            var end = _running.GetAwaiter();
            if (!end.IsCompleted)
            {
                end.UnsafeOnCompleted(_continue);
                return;
            }

            Complete(end.GetResult());
        }
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            _isBusy = _hasNext;
            _hasNext = false;
            if (!_isBusy) return false;

            // A driver that has not returned may still read the memory of the previous write.
            if (_write.IsAbandoned) _write = new BlockOutputWrite(_encoding, _time);
            _write.Begin(_next, _nextTaken);
            return true;
        }
    }

    private void Complete(string? failure)
    {
        if (failure is not null) Skip(failure);
        else if (_isSkipping && _limit.TryAcquire(out _))
        {
            _isSkipping = false;
            _log.Info($"WRITING to={_encoding.Device}.{_encoding.Address}");
        }
    }

    private void Skip(string reason)
    {
        if (_isSkipping || !_limit.TryAcquire(out _)) return;
        _isSkipping = true;
        _log.Warn($"SKIPPING to={_encoding.Device}.{_encoding.Address} reason=\"{reason}\" next=\"the next fresh scan is written whole\"");
    }
}

/// <summary>Writes an image of a recipe into a block: only the bytes that hold a tag. Owned by one BlockOutput.</summary>
internal sealed class BlockOutputWrite(BlockEncoding encoding, TimeProvider time) : BlockOperation(encoding.Address, encoding.Bytes)
{
    /// <summary>Largest age of the scan at the time of the write, as for single tags.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    private readonly byte[] _image = new byte[encoding.Bytes];
    private long _taken;

    public void Begin(ReadOnlySpan<byte> image, long taken)
    {
        image.CopyTo(_image);
        _taken = taken;
    }

    public override bool IsWrite => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WorkAsync(IBlock block, CancellationToken cancel)
    {
        if (time.GetElapsedTime(_taken) > MaxAge)
            throw new RefusedException($"the scan was older than {MaxAge.TotalSeconds:0} s when its turn came");

        // Starts with the last part, so that a block that is too short refuses it before anything is written.
        for (var i = encoding.Runs.Count - 1; i >= 0; i--)
        {
            var (start, length) = encoding.Runs[i];
            await block.WriteAsync(start, _image.AsMemory(start, length), cancel).ConfigureAwait(false);
        }
    }
}
