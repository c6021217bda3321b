namespace PlantRuntime.Nats.Tests.Testing;

/// <summary>One server for all tests of a class.</summary>
public sealed class NatsServerFixture : IAsyncLifetime
{
    private NatsServer? _server;

    public int Port => _server!.Port;

    public async Task InitializeAsync() => _server = await NatsServer.StartAsync("max_payload: 2MB");

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
