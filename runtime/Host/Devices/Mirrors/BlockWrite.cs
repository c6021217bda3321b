using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Puts an image into a mirror's target, then says so by the watchdog; or only that there is none.</summary>
internal sealed class BlockWrite(Mirror mirror, TimeProvider time) : BlockJob(mirror.TargetAddress, mirror.TargetBytes)
{
    private const byte NoSource = 0;

    // A CPU that goes through STOP forgets what is not retentive and may keep its connections; and others may write there.
    private static readonly TimeSpan s_wholeEvery = TimeSpan.FromSeconds(10);
    private readonly byte[] _watchdog = new byte[1];
    private byte[] _image = new byte[mirror.Bytes];
    private byte[] _written = new byte[mirror.Bytes];
    private bool _isWritten;
    private bool _hasImage;
    private long _taken;
    private long _wholeAt;
    private long _connects;
    private byte _count;

    /// <summary>False when the target held the image already.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>From the beginning of the reading to the target's word that it has the image.</summary>
    public TimeSpan Age { get; private set; }

    /// <summary>Takes a copy of an image that is to be written.</summary>
    /// <param name="read">The image.</param>
    /// <param name="connects">How often the target was connected: it may have forgotten what it held before.</param>
    public void Begin(BlockRead read, long connects)
    {
        read.Image.CopyTo(_image, 0);
        (_hasImage, _taken) = (true, read.Taken);
        _isWritten &= connects == _connects;
        _connects = connects;
    }

    /// <summary>There is no image: only the watchdog is written.</summary>
    public void BeginWithout() => _hasImage = false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WorkAsync(IBlock block, CancellationToken cancel)
    {
        if (_hasImage) await WriteImageAsync(block, cancel).ConfigureAwait(false);
        if (mirror.Watchdog is not { } watchdog) return;
        if (_hasImage) _count = (byte)((_count % byte.MaxValue) + 1);
        _watchdog[0] = _hasImage ? _count : NoSource;
        await block.WriteAsync(watchdog, _watchdog, cancel).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteImageAsync(IBlock block, CancellationToken cancel)
    {
        if (time.GetElapsedTime(_taken) > mirror.MaxAge) throw new RefusedException(string.Create(CultureInfo.InvariantCulture,
            $"the image was older than {mirror.MaxAge.TotalMilliseconds:0.###} ms when its turn came"));

        // Until all of it is written, nobody knows what the target holds.
        var changedOnly = mirror.ChangedOnly && _isWritten && time.GetElapsedTime(_wholeAt) < s_wholeEvery;
        _isWritten = false;
        HasWritten = !changedOnly;
        if (!changedOnly)
        {
            _wholeAt = time.GetTimestamp();
            await block.WriteAsync(0, _image, cancel).ConfigureAwait(false);
        }

        for (var end = 0; changedOnly && ChangedRun.TryFind(_written, _image, end, out var start, out end);)
        {
            HasWritten = true;
            await block.WriteAsync(start, _image.AsMemory(start, end - start), cancel).ConfigureAwait(false);
        }

        (_image, _written, _isWritten) = (_written, _image, true);
        Age = time.GetElapsedTime(_taken);
    }
}
