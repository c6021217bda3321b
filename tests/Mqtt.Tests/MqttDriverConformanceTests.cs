using System.Diagnostics;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>
/// Runs the driver conformance suite. The device is mosquitto, to which mosquitto_pub publishes the same message a thousand times per
/// second, so that each read receives one. QoS 0, because the suite does not acknowledge scans.
/// </summary>
[Trait("Needs", "Server")]
public sealed class MqttDriverConformanceTests(MosquittoFixture broker) : DriverConformance, IClassFixture<MosquittoFixture>, IDisposable
{
    private const string Payload =
        """{"ok":true,"n":-7,"u":18446744073709551615,"values":{"f":0.1,"a.b":[10,20]},"text":"Größe °C"}""";

    private readonly string _topic = $"feed/{Guid.NewGuid():N}";
    private readonly SilentServer _silent = new();
    private Process? _feed;

    protected override IDriverPlugin Plugin => new MqttPlugin();

    protected override object Options
    {
        get
        {
            _feed ??= MosquittoPub.StartFeed(broker.Port, _topic, Payload);
            return CreateOptions(broker.Port);
        }
    }

    protected override object? DeadOptions => CreateOptions(SilentServer.ClosedPort());

    protected override object? SilentOptions => CreateOptions(_silent.Port);

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new($"{_topic} : ok", null, true),
        new($"{_topic} : $.n", null, -7.0),
        new($"{_topic} : u", null, ulong.MaxValue),
        new($"{_topic} : values.f", null, 0.1),
        new($"{_topic} : values['a.b'][1]", null, 20.0),
        new($"{_topic} : values['a.b']", null, Value.Of([10.0, 20.0])),
        new($"{_topic} : text", null, "Größe °C"),
        new(_topic, "text", Payload),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("plc/#/x", 5), new("plc/a : values[x]", 16), new("plc/a", 0, "REAL"), new("", 1)];

    public void Dispose()
    {
        _feed?.Kill();
        _feed?.Dispose();
        _silent.Dispose();
    }

    private static MqttDriverOptions CreateOptions(int port) => new() { Host = "127.0.0.1", Port = port, Qos = 0 };
}
