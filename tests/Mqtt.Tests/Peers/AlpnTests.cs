using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests brokers behind a TLS port that several protocols share and that chooses by ALPN.</summary>
[Trait("Needs", "Server")]
public sealed class AlpnTests : IDisposable
{
    private const string Name = "x-amzn-mqtt-ca";

    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _ca;

    public AlpnTests() => _ca = new CertificateAuthority(_folder, "ca");

    public void Dispose()
    {
        _ca.Dispose();
        _folder.Dispose();
    }

    [SkippableTheory]
    [InlineData("localhost", false)]
    [InlineData("mqtts://localhost", false)]
    [InlineData("wss://localhost/mqtt", true)]
    public async Task The_requested_name_leads_to_the_broker(string host, bool isWebSocket)
    {
        using var folder = new TemporaryFolder();
        await using var broker = isWebSocket ? await WebSocketMosquitto.StartAsync(folder) : await Mosquitto.StartOpenAsync();
        await using var front = StartFront(broker.Port);
        await using var driver = await DriverFixture.ConnectAsync(
            new MqttDriverOptions { Host = host, Port = front.Port, Alpn = Name, Tls = new TlsOptions { Ca = _ca.CaFile } }, "t");
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = host, Port = front.Port, Alpn = Name, Tls = new TlsOptions { Ca = _ca.CaFile }, Topic = "t" });
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 3), default);
        Assert.Equal(["t0=0", "t0=1", "t0=2"], await driver.NextAsync(3));
        await driver.AcknowledgeAsync(3);
    }

    [SkippableTheory]
    [InlineData(null, "alpn")]
    [InlineData("http/1.1", "TLS failed")]
    public async Task Without_the_name_or_with_another_the_error_says_so(string? alpn, string expected)
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        await using var front = StartFront(broker.Port);
        var tls = new TlsOptions { Ca = _ca.CaFile };
        var error = await BrokerSinks.ConnectErrorAsync(
            new MqttSinkOptions { Host = "localhost", Port = front.Port, Alpn = alpn, Tls = tls, Topic = "t" });
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private TlsFront StartFront(int brokerPort)
    {
        var (cert, key) = _ca.Issue("localhost");
        return new TlsFront(cert, key, Name, brokerPort);
    }
}
