using PlantRuntime.Conformance;
using PlantRuntime.Contracts;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Sinks on real brokers, by the real clock.</summary>
internal static class Real
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

    /// <summary>The error that a connect ends with.</summary>
    public static async Task<string> RefusalAsync(MqttSinkOptions options, TimeProvider? clock = null)
    {
        await using var sink = Open(options, clock);
        return (await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.ConnectAsync(default))).Message;
    }
}
