using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Opens sinks for real brokers, with the system clock.</summary>
internal static class BrokerSinks
{
    public static ISink Open(MqttSinkOptions options, TimeProvider? clock = null) =>
        new MqttPlugin().Open(options, new PluginContext("broker", "press-hall", Path.GetTempPath(), clock ?? TimeProvider.System,
            new CapturingPluginLog()));

    public static async Task<ISink> ConnectAsync(MqttSinkOptions options)
    {
        var sink = Open(options);
        await sink.ConnectAsync(default);
        return sink;
    }

    /// <summary>Connects and returns the message of the error that must occur.</summary>
    public static async Task<string> ConnectErrorAsync(MqttSinkOptions options, TimeProvider? clock = null)
    {
        await using var sink = Open(options, clock);
        return (await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default))).Message;
    }
}
