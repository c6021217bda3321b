using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Takes an image of a block.</summary>
internal sealed class BlockRead(string address, int bytes, TimeProvider time) : BlockJob(address, bytes)
{
    public byte[] Image { get; } = new byte[bytes];

    /// <summary>When the reading of the image began, as a monotonic timestamp: it is no older than that.</summary>
    public long Taken { get; private set; }

    protected override ValueTask WorkAsync(IBlock block, CancellationToken cancel)
    {
        Taken = time.GetTimestamp();
        return block.ReadAsync(Image, cancel);
    }
}
