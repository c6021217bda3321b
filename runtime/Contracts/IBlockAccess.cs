namespace PlantRuntime.Contracts;

/// <summary>A driver that can read and write raw bytes: data blocks, register areas.</summary>
public interface IBlockAccess : IDriver
{
    /// <summary>Prepares a block; performs no I/O.</summary>
    /// <param name="address">Address in the driver's syntax: "DB500".</param>
    /// <param name="bytes">Length of the block in bytes, at least 1.</param>
    /// <exception cref="FormatException">The address or length is wrong.</exception>
    IBlock PrepareBlock(string address, int bytes);
}

/// <summary>A block of raw bytes of one device. The host makes one call at a time to a device.</summary>
public interface IBlock
{
    /// <summary>Length in bytes.</summary>
    int Length { get; }

    /// <summary>
    /// Reads the whole block as it was at one moment. A block that does not fit into one reply is read until two consecutive readings are
    /// equal. Allocates nothing in steady state.
    /// </summary>
    /// <param name="into">Receives the bytes; has the length of the block.</param>
    /// <param name="cancel">Cancelled at the device's timeout.</param>
    /// <exception cref="RefusedException">The device refuses the block, or the block changes faster than it can be read.</exception>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects.</exception>
    ValueTask ReadAsync(Memory<byte> into, CancellationToken cancel);

    /// <summary>Writes bytes into the block and waits for the confirmation of the device.</summary>
    /// <param name="offset">Position of the first byte in the block, from 0.</param>
    /// <param name="bytes">The bytes; their end is inside the block.</param>
    /// <param name="cancel">Cancelled at the device's timeout.</param>
    /// <exception cref="RefusedException">The device refuses the write.</exception>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects.</exception>
    ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> bytes, CancellationToken cancel);
}
