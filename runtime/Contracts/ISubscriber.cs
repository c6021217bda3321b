namespace PlantRuntime.Contracts;

/// <summary>
/// A driver whose device sends values by itself: subscriptions, notifications. All its tags are prepared together, regardless of their poll
/// rate. <see cref="IReader.ReadAsync"/> waits for the next message without a timeout and sets the tags of that message; a tag that it does
/// not set is not part of the scan. The driver keeps unread messages in bounded buffers and stops reading from the connection when they are
/// full.
/// </summary>
public interface ISubscriber : IDriver
{
    /// <summary>
    /// The host reports that the first <paramref name="scans"/> scans since the last connect are stored permanently, so the driver can
    /// acknowledge them to the device. The number rises from call to call and can skip values. It is called while <c>ReadAsync</c> waits;
    /// so is, beside it, one method at a time of the driver's other capabilities (writing, browsing, describing), or of a reader of
    /// <see cref="PrepareReads"/>.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects.</exception>
    ValueTask AcknowledgeAsync(long scans, CancellationToken cancel);

    /// <summary>
    /// Prepares tags that are read when somebody asks for them, beside the subscription and without changing it: for reading back a write,
    /// and for <c>plant read</c>. Null if the device only sends by itself.
    /// </summary>
    /// <exception cref="AddressException">Some addresses are invalid; the exception contains all of them.</exception>
    IReader? PrepareReads(IReadOnlyList<TagDefinition> tags) => null;
}
