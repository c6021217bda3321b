using PlantRuntime.Conformance.Peers;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests the sink with the npm broker aedes, which supports 3.1.1 only.</summary>
[Trait("Needs", "Server")]
public sealed class AedesTests : RealBrokerTests
{
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public Task Messages_arrive_in_order(int qos) => MessagesArriveAsync("3.1.1", qos, 1_000);

    [SkippableFact]
    public async Task Version_5_is_refused_by_name()
    {
        await BeginAsync();
        var error = await BrokerSinks.ConnectErrorAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Topic = "t" });
        Assert.Contains("unacceptable protocol version", error, StringComparison.Ordinal);
    }

    protected override Task<PeerProcess> StartAsync() => Aedes.StartAsync();
}
