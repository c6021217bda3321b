using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>
/// Tests a backlog of messages at mosquitto with its default settings. After a reconnect mosquitto 2.0.11 sends more messages than the
/// receive maximum in CONNECT allows.
/// </summary>
[Trait("Needs", "Server")]
public sealed class BacklogTests
{
    private const int Window = 100;

    [SkippableTheory]
    [InlineData("5.0", 1, 900)]
    [InlineData("5.0", 2, 900)]
    [InlineData("5.0", 1, 5_000)]
    [InlineData("5.0", 2, 5_000)]
    [InlineData("3.1.1", 1, 5_000)]
    [InlineData("3.1.1", 2, 5_000)]
    public async Task A_backlog_is_read_in_order_on_one_connection(string version, int qos, int count)
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        var options = new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port, Version = version, Qos = qos };
        await (await DriverFixture.ConnectAsync(options, "n/press")).DisposeAsync();
        await PublishAsync(broker.Port, qos, count);

        await using var driver = await DriverFixture.ConnectAsync(options, "n/press");
        await ReadAllAsync(driver, version == "5.0" ? Window : 20, count);
        Assert.InRange(driver.Log.Warnings.Count, 0, 1);
    }

    /// <summary>
    /// Reads all messages and acknowledges a full window only while the next read is waiting, as a host with slow storage does.
    /// </summary>
    private static async Task ReadAllAsync(DriverFixture driver, int window, int count)
    {
        for (var read = 0; read < count; read++)
        {
            var next = driver.NextAsync();
            if (read % window == 0) await driver.AcknowledgeAsync(read);
            Assert.Equal($"t0={read}", await next);
        }

        await driver.AcknowledgeAsync(count);
    }

    private static async Task PublishAsync(int port, int qos, int count)
    {
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = "127.0.0.1", Port = port, Topic = "n/{device}", Qos = qos, MaxInFlight = 20 });
        for (var (number, first) = (1, 0); first < count; number++, first += 100)
            await sink.WriteAsync(SinkFixture.Numbers(number, first, 100), default);
    }
}
