using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Writes an image into a mirror's target and then the counting watchdog byte; without an image only the watchdog byte 0. Owned by one
/// MirrorRunner, which begins and executes it one at a time; it writes within the target session's loop.
/// </summary>
internal sealed class BlockWrite(Mirror mirror, TimeProvider time) : BlockOperation(mirror.TargetAddress, mirror.TargetBytes)
{
    private const byte NoSource = 0;

    // The whole image is written every 10 s, because the target may lose it without a new connect: a CPU that goes through STOP clears
    // memory that is not retentive, and other programs may write there, too.
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

    /// <summary>False when the target already had the image.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Time from the start of the read to the target's confirmation of the write.</summary>
    public TimeSpan Age { get; private set; }

    /// <summary>Copies an image that is to be written.</summary>
    /// <param name="read">The image.</param>
    /// <param name="connects">Number of connects of the target: after a new one it may have lost its memory.</param>
    public void Begin(BlockRead read, long connects)
    {
        read.Image.CopyTo(_image, 0);
        (_hasImage, _taken) = (true, read.Taken);
        _isWritten &= connects == _connects;
        _connects = connects;
    }

    /// <summary>Writes only the watchdog, because there is no image.</summary>
    public void BeginWithoutImage() => _hasImage = false;

    public override bool IsWrite => true;

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

        // The content of the target is unknown from here until the whole image is written.
        var changedOnly = mirror.ChangedOnly && _isWritten && time.GetElapsedTime(_wholeAt) < s_wholeEvery;
        _isWritten = false;
        HasWritten = !changedOnly;
        if (!changedOnly)
        {
            _wholeAt = time.GetTimestamp();
            await block.WriteAsync(0, _image, cancel).ConfigureAwait(false);
        }

        for (var end = 0; changedOnly && DirtyRange.TryFind(_written, _image, end, out var start, out end);)
        {
            HasWritten = true;
            await block.WriteAsync(start, _image.AsMemory(start, end - start), cancel).ConfigureAwait(false);
        }

        (_image, _written, _isWritten) = (_written, _image, true);
        Age = time.GetElapsedTime(_taken);
    }
}
