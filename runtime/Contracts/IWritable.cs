namespace PlantRuntime.Contracts;

/// <summary>
/// A driver that can write tags. The host checks all permissions and limits before it calls the driver. It makes one call at a time to a
/// device.
/// </summary>
public interface IWritable : IDriver
{
    /// <summary>Parses the addresses of writable tags, as <see cref="IDriver.Prepare"/> does for reading; performs no I/O.</summary>
    /// <exception cref="AddressException">Some addresses are invalid or read-only; the exception contains all of them.</exception>
    IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags);
}

/// <summary>A prepared set of writable tags of one device.</summary>
public interface IWriter
{
    /// <summary>
    /// Writes one value and waits for the confirmation of the device. The value is sent once: after a timeout the result is unknown, and
    /// the host does not retry.
    /// </summary>
    /// <param name="tag">Index in the list that was passed to <see cref="IWritable.PrepareWrites"/>.</param>
    /// <param name="value">
    /// The value in the device's unit; any kind. The driver refuses a value that the tag's type cannot hold without loss.
    /// </param>
    /// <param name="cancel">Cancelled at the device's timeout.</param>
    /// <exception cref="RefusedException">The device refuses the write, or the type cannot hold the value; nothing was written.</exception>
    /// <exception cref="NotConnectedException">
    /// The connection is lost; the host reconnects. Whether the value was written is unknown.
    /// </exception>
    /// <exception cref="Exception">Any other exception: whether the value was written is unknown; the connection is usable.</exception>
    ValueTask WriteAsync(int tag, Value value, CancellationToken cancel);

    /// <summary>
    /// Returns the value that is read from the tag after this value was written, without I/O, so that recipe tests show it; null if the
    /// driver learns the type from the device only.
    /// </summary>
    /// <param name="tag">Index in the list that was passed to <see cref="IWritable.PrepareWrites"/>.</param>
    /// <param name="value">The value, as for <see cref="WriteAsync"/>.</param>
    /// <exception cref="RefusedException">The type cannot hold the value.</exception>
    Value? Preview(int tag, Value value) => null;
}
