namespace PlantRuntime.Contracts;

/// <summary>A block of raw bytes of one device.</summary>
public interface IBlock
{
    /// <summary>Its length in bytes.</summary>
    int Length { get; }

    /// <summary>
    /// Reads the whole block as it was at one moment: one that does not fit one answer is read until two readings agree. Allocates nothing
    /// once steady.
    /// </summary>
    /// <param name="into">As long as the block.</param>
    /// <param name="cancel">Ends it at the device's timeout.</param>
    /// <exception cref="RefusedException">The device does not give it whole, or it changes faster than it can be read.</exception>
    /// <exception cref="NotConnectedException">The connection is gone: the host connects again.</exception>
    ValueTask ReadAsync(Memory<byte> into, CancellationToken cancel);

    /// <summary>Writes bytes into the block and waits for the device's word that it took them.</summary>
    /// <param name="offset">Place in the block of the first byte.</param>
    /// <param name="bytes">The bytes; they end within the block.</param>
    /// <param name="cancel">Ends it at the device's timeout.</param>
    /// <exception cref="RefusedException">The device says no.</exception>
    /// <exception cref="NotConnectedException">The connection is gone: the host connects again.</exception>
    ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> bytes, CancellationToken cancel);
}
