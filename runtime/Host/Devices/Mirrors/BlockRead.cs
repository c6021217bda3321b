using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Takes an image of a mirror's source.</summary>
internal sealed class BlockRead(Mirror mirror, TimeProvider time) : BlockJob(mirror.SourceAddress, mirror.Bytes)
{
    public byte[] Image { get; } = new byte[mirror.Bytes];

    /// <summary>When the reading of the image began, as a monotonic timestamp: it is no older than that.</summary>
    public long Taken { get; private set; }

    protected override ValueTask WorkAsync(IBlock block, CancellationToken cancel)
    {
        Taken = time.GetTimestamp();
        return block.ReadAsync(Image, cancel);
    }
}
