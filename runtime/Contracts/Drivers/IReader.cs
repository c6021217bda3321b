namespace PlantRuntime.Contracts;

/// <summary>A prepared set of tags of one device.</summary>
public interface IReader
{
    /// <summary>
    /// Reads all tags once into <paramref name="into"/>. A tag that cannot be read is bad alone: <see cref="ScanBuffer.Bad"/> with its
    /// reason. Allocates nothing once steady. <paramref name="cancel"/> ends it at the device's timeout.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is gone or useless: the host connects again.</exception>
    /// <exception cref="OperationCanceledException">The timeout is over and the connection is still good: this scan fails.</exception>
    /// <exception cref="Exception">
    /// Anything else fails this scan; after some failed scans in a row the host connects again. After three in a row that only a mistake in
    /// code explains (a null reference, an index out of range, a wrong cast) the device is parked.
    /// </exception>
    ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel);
}
