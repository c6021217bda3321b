using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Opens sinks for a scripted broker, with a clock that only the test advances.</summary>
internal sealed class SinkFixture : IDisposable
{
    public ScriptedBroker Broker { get; } = new();

    public ManualTimeProvider Clock { get; } = new(Batches.Start);

    /// <summary>Creates a batch with the payloads "0", "1" and so on, starting with <paramref name="first"/>.</summary>
    public static RecordBatch Numbers(long number, int first, int count)
    {
        var batch = Batches.Empty(number);
        for (var i = first; i < first + count; i++) batch.Add(Batches.Start, "press", System.Text.Encoding.UTF8.GetBytes($"{i}"));
        return batch;
    }

    public MqttSinkOptions Options(int qos = 1, string version = "5.0", int maxInFlight = 100, TimeSpan? sessionExpiry = null) => new()
    {
        Host = "127.0.0.1",
        Port = Broker.Port,
        Topic = "t",
        Qos = qos,
        Version = version,
        MaxInFlight = maxInFlight,
        SessionExpiry = sessionExpiry ?? TimeSpan.FromHours(1),
    };

    public ISink Open(MqttSinkOptions? options = null) =>
        new MqttPlugin().Open(options ?? Options(), new PluginContext("broker", "press-hall", Path.GetTempPath(), Clock,
            new CapturingPluginLog()));

    public async Task<ISink> ConnectAsync(MqttSinkOptions? options = null)
    {
        var sink = Open(options);
        await sink.ConnectAsync(default);
        return sink;
    }

    public void Dispose() => Broker.Dispose();
}
