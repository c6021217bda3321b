using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Puts an image that a recipe made into a block: the bytes that hold a tag, and no others.</summary>
internal sealed class ImageWrite(ImagePoint point, TimeProvider time) : BlockJob(point.Address, point.Bytes)
{
    /// <summary>How long ago the scan may have been taken when it is written: as for single tags.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    private readonly byte[] _image = new byte[point.Bytes];
    private long _taken;

    public void Begin(ReadOnlySpan<byte> image, long taken)
    {
        image.CopyTo(_image);
        _taken = taken;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WorkAsync(IBlock block, CancellationToken cancel)
    {
        if (time.GetElapsedTime(_taken) > MaxAge) throw new RefusedException($"the scan was older than {MaxAge.TotalSeconds:0} s when its turn came");
        // From the end on: a block that ends too early refuses the first of them, and nothing is written.
        for (var i = point.Runs.Count - 1; i >= 0; i--)
        {
            var (start, length) = point.Runs[i];
            await block.WriteAsync(start, _image.AsMemory(start, length), cancel).ConfigureAwait(false);
        }
    }
}
