using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Nats.Consuming;

/// <summary>
/// Reads the prepared tags of a stream; each message that contains a value of at least one tag is one scan, or several. The host makes one
/// call at a time. The reader owns its <see cref="SubjectReader"/> and borrows the driver's consumer.
/// </summary>
internal sealed class NatsReader(NatsDriver driver, SubjectReader payloads) : IReader
{
    private ConsumerSession? _session;

    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = driver.Session;
        if (session != _session) payloads.Clear();
        _session = session;
        if (payloads.TryFillNext(into)) return;
        await driver.ReadAsync(session, payloads, into, cancel).ConfigureAwait(false);
    }
}
