namespace PlantRuntime.Contracts;

/// <summary>
/// One device's protocol client. The host calls one method at a time, never two at once, and does all waiting, retrying and
/// logging. A driver keeps its connection between calls and nothing else.
/// </summary>
public interface IDriver : IAsyncDisposable
{
    /// <summary>Where the device is, as a log line shows it: "192.168.0.10:502".</summary>
    string Endpoint { get; }

    /// <summary>
    /// Parses the addresses and prepares their reading: neighbours merged, requests filled. No I/O, callable before
    /// <see cref="ConnectAsync"/> and more than once (a set of tags for each rate of a device).
    /// </summary>
    /// <exception cref="AddressException">Some addresses are wrong; it names all of them.</exception>
    IReader Prepare(IReadOnlyList<TagDefinition> tags);

    /// <summary>
    /// Connects and shakes hands. Called again after any failure, and from time to time without one: it drops the old connection first.
    /// Readers prepared before stay usable.
    /// </summary>
    /// <exception cref="NotConnectedException">
    /// The device refuses, is not there or does not answer; the host tries again, with backoff.
    /// </exception>
    ValueTask ConnectAsync(CancellationToken cancel);
}
