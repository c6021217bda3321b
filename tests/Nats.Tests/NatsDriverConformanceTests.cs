using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>
/// Runs the driver conformance suite. The device is a stream with many equal messages, so that each read receives one; the suite does not
/// acknowledge scans.
/// </summary>
[Trait("Needs", "Server")]
public sealed class NatsDriverConformanceTests(FilledStreamFixture stream) : DriverConformance, IClassFixture<FilledStreamFixture>
{
    private readonly string _consumer = $"C{Guid.NewGuid():N}";

    protected override IDriverPlugin Plugin => new NatsPlugin();

    protected override object Options => CreateOptions(stream.Address);

    protected override object? DeadOptions => CreateOptions($"127.0.0.1:{ClosedPort.Find()}");

    protected override IReadOnlyList<HeldValue> Held =>
    [
        new("feed.press.a : ok", null, true),
        new("feed.*.a : $.n", null, -7.0),
        new("feed.> : u", null, ulong.MaxValue),
        new("feed.press.a : values.f", null, 0.1),
        new("feed.press.a : values['a.b'][1]", null, 20.0),
        new("feed.press.a : text", null, "Größe °C"),
        new("feed.> : $subject[1]", null, "press"),
        new("feed.> : $subject", null, "feed.press.a"),
        new("feed.press.a", "text", FilledStreamFixture.Payload),
    ];

    protected override IReadOnlyList<WrongAddress> Wrong =>
        [new("plc.>.x", 5), new("plc.a : values[x]", 16), new("plc.a", 0, "REAL"), new("", 1), new("plc a", 4), new("a : $subject[x]", 5)];

    // The library allocates for each message: its subjects, metadata and bytes.
    protected override int AllocatedBytesPerScan => 16 * 1024;

    protected override int AllocatedBytesPerScanAtOnce => 4096;

    private NatsDriverOptions CreateOptions(string address) =>
        new() { Servers = [address], Stream = "FEED", Consumer = _consumer, MaxInFlight = 50_000 };
}

/// <summary>A server with the stream FEED, which has 25,000 messages.</summary>
public sealed class FilledStreamFixture : IAsyncLifetime
{
    public const string Payload = """{"ok":true,"n":-7,"u":18446744073709551615,"values":{"f":0.1,"a.b":[10,20]},"text":"Größe °C"}""";

    private NatsServer? _server;

    public string Address => _server!.Addresses[0];

    public async Task InitializeAsync()
    {
        _server = await NatsServer.StartAsync();
        await using var connection = StoredStream.Connect(Address);
        var context = new NatsJSContext(connection);
        await context.CreateStreamAsync(new StreamConfig("FEED", ["feed.>"]) { Storage = StreamConfigStorage.Memory });
        var payload = Encoding.UTF8.GetBytes(Payload);
        for (var i = 0; i < 25_000; i++) await connection.PublishAsync("feed.press.a", payload);
        await context.PublishAsync("feed.press.a", payload);
    }

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
