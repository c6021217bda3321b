namespace PlantRuntime.Contracts;

/// <summary>
/// A driver whose device speaks by itself: subscriptions, notifications. All its tags are prepared at once, whatever their poll. <see
/// cref="IReader.ReadAsync"/> waits for the next news, however long that takes, and fills the tags that it brings; a tag that it leaves
/// untouched is not part of the scan. News that nobody has read wait in the driver, which takes no more from the wire than its buffers
/// hold.
/// </summary>
public interface ISubscriber : IDriver
{
    /// <summary>
    /// All that the first <paramref name="scans"/> calls of ReadAsync since the last connect returned is stored for good, so that the far
    /// end may forget it. The one method that may be called while ReadAsync waits. Rises; some calls may be skipped.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is gone: the host connects again.</exception>
    ValueTask AcknowledgeAsync(long scans, CancellationToken cancel);
}
