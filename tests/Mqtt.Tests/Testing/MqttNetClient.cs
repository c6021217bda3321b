using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>MQTTnet's client as publisher and subscriber; it formats each received message as "topic qos retain payload".</summary>
internal sealed class MqttNetClient : IAsyncDisposable
{
    // Ends a test that hangs; no test asserts a duration.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();

    private MqttNetClient() => _client.ApplicationMessageReceivedAsync += arguments =>
    {
        var message = arguments.ApplicationMessage;
        var text = $"{message.Topic} {(int)message.QualityOfServiceLevel} {(message.Retain ? 1 : 0)} {message.ConvertPayloadToString()}";
        _received.Writer.TryWrite(text);
        return Task.CompletedTask;
    };

    public static Task<MqttNetClient> ConnectAsync(int port, string version) =>
        ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port), version);

    /// <summary>Connects with the WebSocket of MQTTnet.</summary>
    public static Task<MqttNetClient> ConnectWebSocketAsync(int port, string version) =>
        ConnectAsync(new MqttClientOptionsBuilder().WithWebSocketServer(o => o.WithUri($"ws://127.0.0.1:{port}/mqtt")), version);

    private static async Task<MqttNetClient> ConnectAsync(MqttClientOptionsBuilder options, string version)
    {
        var client = new MqttNetClient();
        await client._client.ConnectAsync(
            options.WithProtocolVersion(version == "5.0" ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311).Build());
        return client;
    }

    public Task SubscribeAsync(string filter, int qos) => _client.SubscribeAsync(filter, (MqttQualityOfServiceLevel)qos);

    public Task PublishAsync(string topic, string payload, int qos, bool retain = false) =>
        _client.PublishStringAsync(topic, payload, (MqttQualityOfServiceLevel)qos, retain);

    /// <summary>Waits for the next message.</summary>
    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        return await _received.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Waits for this number of messages.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(int count)
    {
        var messages = new List<string>();
        while (messages.Count < count) messages.Add(await NextAsync());
        return messages;
    }

    /// <summary>True when no message is waiting to be read.</summary>
    public bool HasReadAll => !_received.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        if (_client.IsConnected) await _client.DisconnectAsync();
        _client.Dispose();
    }
}
