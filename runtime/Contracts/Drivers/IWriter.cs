namespace PlantRuntime.Contracts;

/// <summary>A prepared set of tags of one device that may be written.</summary>
public interface IWriter
{
    /// <summary>
    /// Writes one value and waits for the device's word that it took it. Nothing is written twice: after a timeout the outcome is unknown,
    /// and the host does not try again.
    /// </summary>
    /// <param name="tag">Place in the list that <see cref="IWritable.PrepareWrites"/> got.</param>
    /// <param name="value">The value, of any kind that the tag's type can hold without loss.</param>
    /// <param name="cancel">Ends it at the device's timeout.</param>
    /// <exception cref="RefusedException">The device says no, or the type cannot hold the value; nothing was written.</exception>
    /// <exception cref="NotConnectedException">The connection is gone: the host connects again. What became of the value is
    /// unknown.</exception>
    /// <exception cref="Exception">Anything else: what became of the value is unknown, and the connection is good.</exception>
    ValueTask WriteAsync(int tag, Value value, CancellationToken cancel);
}
