using PlantRuntime.Conformance.Peers;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>What every real broker has to show, read back with mosquitto_sub.</summary>
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
        await using var subscriber = await Subscriber.StartAsync(Port, "plc/#");
        await using var sink = await Real.ConnectAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Version = version, Qos = qos,
            Topic = "plc/{device}" });
        // Read while it is published, so that the broker need not keep it all.
        var arriving = Task.Run(() => subscriber.ReadAsync(count));
        for (var (number, first) = (1, 0); first < count; number++, first += 500)
            await sink.WriteAsync(Rig.Numbers(number, first, Math.Min(500, count - first)), default);
        var arrived = await arriving;
        // QoS 0 is not answered, so a message too many would not be seen: the mark of those that are may overtake it.
        if (qos > 0) arrived = await subscriber.ReadAsync();
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"plc/press {qos} 0 {i}"), arrived);
    }

    [SkippableFact]
    public async Task The_last_will_is_published_when_the_connection_breaks_and_only_then()
    {
        await BeginAsync();
        await using var subscriber = await Subscriber.StartAsync(Port, "will");
        var options = new MqttSinkOptions
        {
            Host = "127.0.0.1", Port = Port, Version = "3.1.1", Topic = "t", ClientId = "one", Will = new WillOptions { Topic = "will",
                Payload = "gone °", Qos = 1 },
        };
        await (await Real.ConnectAsync(options)).DisposeAsync();
        Assert.Empty(await subscriber.ReadAsync());
        await using var first = await Real.ConnectAsync(options);
        // The same client id again: the broker breaks with the first one.
        await using var second = await Real.ConnectAsync(options);
        Assert.Equal("will 1 0 gone °", await subscriber.NextAsync());
    }

    [SkippableFact]
    public async Task A_retained_message_is_there_for_those_who_come_later()
    {
        await BeginAsync();
        await using (var sink = await Real.ConnectAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Version = "3.1.1",
            Topic = "kept", Retain = true }))
            await sink.WriteAsync(Rig.Numbers(1, 0, 3), default);
        await using var subscriber = await Subscriber.StartAsync(Port, "kept");
        Assert.Equal(["kept 1 1 2"], await subscriber.ReadAsync());
    }

    protected async Task BeginAsync() => _broker = await StartAsync();
}
