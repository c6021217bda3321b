using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Runs the sink conformance suite: publishes to mosquitto and reads back with mosquitto_sub.</summary>
[Trait("Needs", "Server")]
public sealed class MqttConformanceTests(MosquittoFixture broker) : SinkConformance, IClassFixture<MosquittoFixture>, IAsyncLifetime
{
    private readonly string _topic = $"test/{Guid.NewGuid():N}";
    private MosquittoSub? _subscriber;

    protected override ISinkPlugin Plugin => new MqttPlugin();

    protected override object Options => new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = $"{_topic}/{{device}}" };

    // Waits for acknowledgements allocate, and their number depends on the load; AllocationTests is stricter.
    protected override long AllocatedBytesPerBatch => 64 * 1024;

    public async Task InitializeAsync() => _subscriber = await MosquittoSub.StartAsync(broker.Port, $"{_topic}/#");

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_subscriber is not null) await _subscriber.DisposeAsync();
    }

    protected override IReadOnlyList<StoredSample> Samples() => [.. Lines().Where(JsonLine.IsScan).SelectMany(JsonLine.Samples)];

    protected override IReadOnlyList<string> Payloads() => [.. Lines().Where(line => !JsonLine.IsScan(line))];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    // The topic contains the device's name, which may contain blanks, so the payload starts at the first brace.
    private IEnumerable<string> Lines() => _subscriber!.ReadAsync().GetAwaiter().GetResult().Select(line => line[line.IndexOf(" 1 0 {",
        StringComparison.Ordinal)..][5..]);
}
