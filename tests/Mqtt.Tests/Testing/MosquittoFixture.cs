using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>One broker for all tests of a class.</summary>
public sealed class MosquittoFixture : IAsyncLifetime
{
    private PeerProcess? _broker;

    public int Port => _broker!.Port;

    public async Task InitializeAsync() => _broker = await Mosquitto.StartOpenAsync();

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }
}
