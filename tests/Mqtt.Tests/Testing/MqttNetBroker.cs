using System.Net;
using MQTTnet.Server;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>MQTTnet's broker in the test process, on a free port of 127.0.0.1, with persistent sessions.</summary>
internal sealed class MqttNetBroker : IAsyncDisposable
{
    // A slow subscriber in a test must not lose messages.
    private const int MaxPendingMessages = 1_000_000;

    private readonly MqttServer _server;

    private MqttNetBroker(MqttServer server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    public static async Task<MqttNetBroker> StartAsync()
    {
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint().WithDefaultEndpointPort(0)
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithPersistentSessions().WithMaxPendingMessagesPerClient(MaxPendingMessages)
            .Build();
        var server = new MqttServerFactory().CreateMqttServer(options);
        await server.StartAsync();

        // The listener writes the port that the system chose back into the options.
        return new MqttNetBroker(server, options.DefaultEndpointOptions.Port);
    }

    /// <summary>Closes the connection of a client, which has not sent DISCONNECT.</summary>
    public Task DisconnectAsync(string clientId) => _server.DisconnectClientAsync(clientId, new MqttServerClientDisconnectOptions());

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new MqttServerStopOptions());
        _server.Dispose();
    }
}
