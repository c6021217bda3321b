namespace PlantRuntime.Contracts;

/// <summary>
/// The protocol client of one device. The host makes one call at a time and performs all waiting, retries and logging. A driver keeps only
/// its connection between calls.
/// </summary>
public interface IDriver : IAsyncDisposable
{
    /// <summary>Address of the device for log lines: "192.168.0.10:502".</summary>
    string Endpoint { get; }

    /// <summary>
    /// Name of the controller for log lines, where one endpoint leads to several: "192.168.0.10/0", address and slot. By default the
    /// endpoint.
    /// </summary>
    string Controller => Endpoint;

    /// <summary>
    /// Parses the addresses and plans the requests: adjacent tags are merged, requests are filled. Performs no I/O. Called before
    /// <see cref="ConnectAsync"/>, once for each poll rate of the device.
    /// </summary>
    /// <exception cref="AddressException">Some addresses are invalid; the exception contains all of them.</exception>
    IReader Prepare(IReadOnlyList<TagDefinition> tags);

    /// <summary>
    /// Opens the connection, including the protocol's handshake. The host calls it again after a failure and periodically without one; it
    /// closes an existing connection first. Readers remain valid.
    /// </summary>
    /// <exception cref="NotConnectedException">
    /// The device is not reachable, refuses or does not answer; the host tries again with backoff.
    /// </exception>
    ValueTask ConnectAsync(CancellationToken cancel);
}

/// <summary>A prepared set of tags of one device.</summary>
public interface IReader
{
    /// <summary>
    /// Reads all tags once into <paramref name="into"/>. A tag that cannot be read is set to <see cref="ScanBuffer.Bad"/> with a reason and
    /// does not affect the others. Allocates nothing in steady state. <paramref name="cancel"/> is cancelled at the device's timeout.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is lost or unusable; the host reconnects.</exception>
    /// <exception cref="OperationCanceledException">
    /// The timeout has expired and the connection is still usable; this scan fails.
    /// </exception>
    /// <exception cref="Exception">
    /// Any other exception fails this scan; after several failed scans in a row the host reconnects. After three consecutive exceptions
    /// that indicate an error in the code (null reference, index out of range, invalid cast) the host parks the device.
    /// </exception>
    ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel);
}
