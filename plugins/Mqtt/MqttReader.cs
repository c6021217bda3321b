using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// The tags of a broker: each message that brings some is a scan. What a wait needs comes from a pool, here and below, so that a steady
/// scan allocates nothing.
/// </summary>
internal sealed class MqttReader(MqttDriver driver, PayloadReader payloads) : IReader
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = driver.Session;
        try
        {
            await session.SubscribeAsync(driver.Subscriptions, cancel).ConfigureAwait(false);
            while (!session.TryRead(payloads, into)) await session.ReceiveAsync(cancel).ConfigureAwait(false);
        }
        catch (LinkException e)
        {
            throw await driver.LostAsync(e).ConfigureAwait(false);
        }
    }
}
