using PlantRuntime.Conformance.Peers;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests of the sink that every real broker has to pass, read back with mosquitto_sub.</summary>
public abstract class RealBrokerTests : IAsyncLifetime
{
    private PeerProcess? _broker;

    protected int Port => _broker!.Port;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }

    protected abstract Task<PeerProcess> StartAsync();

    protected async Task MessagesArriveAsync(string version, int qos, int count)
    {
        await BeginAsync();
        await using var subscriber = await MosquittoSub.StartAsync(Port, "plc/#");
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Version = version, Qos = qos, Topic = "plc/{device}" });
        // The subscriber reads while messages are published, so that the broker does not queue all of them.
        var arriving = Task.Run(() => subscriber.ReadAsync(count));
        for (var (number, first) = (1, 0); first < count; number++, first += 500)
            await sink.WriteAsync(SinkFixture.Numbers(number, first, Math.Min(500, count - first)), default);
        var arrived = await arriving;
        // With QoS 0 an extra message could not be detected, because the end mark, which has QoS 2, may overtake it.
        if (qos > 0) arrived = await subscriber.ReadAsync();
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"plc/press {qos} 0 {i}"), arrived);
    }

    [SkippableFact]
    public async Task The_last_will_is_published_when_the_connection_breaks_and_only_then()
    {
        await BeginAsync();
        await using var subscriber = await MosquittoSub.StartAsync(Port, "will");
        var options = new MqttSinkOptions
        {
            Host = "127.0.0.1", Port = Port, Version = "3.1.1", Topic = "t", ClientId = "one", Will = new WillOptions { Topic = "will",
                Payload = "gone °", Qos = 1 },
        };
        await (await BrokerSinks.ConnectAsync(options)).DisposeAsync();
        Assert.Empty(await subscriber.ReadAsync());
        await using var first = await BrokerSinks.ConnectAsync(options);
        // The same client id makes the broker close the first connection.
        await using var second = await BrokerSinks.ConnectAsync(options);
        Assert.Equal("will 1 0 gone °", await subscriber.NextAsync());
    }

    [SkippableFact]
    public async Task A_retained_message_is_sent_to_later_subscribers()
    {
        await BeginAsync();
        await using (var sink = await BrokerSinks.ConnectAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Version = "3.1.1",
            Topic = "kept", Retain = true }))
            await sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default);
        await using var subscriber = await MosquittoSub.StartAsync(Port, "kept");
        Assert.Equal(["kept 1 1 2"], await subscriber.ReadAsync());
    }

    protected async Task BeginAsync() => _broker = await StartAsync();
}
