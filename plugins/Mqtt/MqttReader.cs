using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// Reads the prepared tags of a broker; each message that contains a value of at least one tag is one scan. The host makes one call at a
/// time, and messages are received only within a call; there is no background task. The reader owns its <see cref="MessageReader"/> and
/// borrows the driver's session. Waiting uses the pooled async method builder, so that a steady scan allocates nothing.
/// </summary>
internal sealed class MqttReader(MqttDriver driver, MessageReader payloads) : IReader
{
    private SubscriberSession? _session;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = driver.Session;
        if (session != _session) payloads.Clear();
        _session = session;
        try
        {
            await session.SubscribeAsync(driver.Subscriptions, cancel).ConfigureAwait(false);
            while (!session.TryRead(payloads, into)) await session.ReceiveAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            throw await driver.DropConnectionAsync(e).ConfigureAwait(false);
        }
    }
}
