using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests TLS to mosquitto: accepted certificates, and the check that refuses each of the others.</summary>
[Trait("Needs", "Server")]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _ca;
    private readonly CertificateAuthority _other;

    public TlsTests() => (_ca, _other) = (new CertificateAuthority(_folder, "ca"), new CertificateAuthority(_folder, "other"));

    public void Dispose()
    {
        _ca.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task Messages_arrive_by_tls_and_the_plugin_unloads_afterwards()
    {
        await using var broker = await StartAsync(_ca.Issue("localhost"));
        await using var subscriber = await MosquittoSub.StartAsync(broker.Port, "t", "-h", "localhost", "--cafile", _ca.CaFile);
        await CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(typeof(MqttPlugin).Assembly), async plugin =>
        {
            var other = (ISinkPlugin)plugin;
            var context = new PluginContext("broker", "press-hall", _folder.Path, TimeProvider.System, new CapturingPluginLog());
            await using var sink = other.Open(OptionsCopy.To(other.OptionsType, Options(broker, new TlsOptions { Ca = "ca.crt" })),
                context);
            await sink.ConnectAsync(default);
            await sink.WriteAsync(SinkFixture.Numbers(1, 0, 300), default);
        });
        Assert.Equal(300, (await subscriber.ReadAsync()).Count);
    }

    [SkippableFact]
    public async Task Messages_are_read_by_tls_and_a_cancelled_read_loses_none()
    {
        await using var broker = await StartAsync(_ca.Issue("localhost"));
        var options = new MqttDriverOptions { Host = "localhost", Port = broker.Port, Tls = new TlsOptions { Ca = _ca.CaFile } };
        await using var driver = await DriverFixture.ConnectAsync(options, "press");
        using (var cancel = new CancellationTokenSource())
        {
            var waiting = driver.NextAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await using var sink = await BrokerSinks.ConnectAsync(new MqttSinkOptions
        {
            Host = "localhost", Port = broker.Port, Topic = "{device}", Tls = new TlsOptions { Ca = _ca.CaFile },
        });
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 300), default);
        for (var i = 0; i < 300; i += 50)
        {
            Assert.Equal(Enumerable.Range(i, 50).Select(n => $"t0={n}"), await driver.NextAsync(50));
            await driver.AcknowledgeAsync(i + 50);
        }

        await using var stranger = new DriverFixture(new MqttDriverOptions { Host = "localhost", Port = broker.Port,
            Tls = new TlsOptions { Ca = _other.CaFile } }, null, "press");
        Assert.EndsWith($"it does not come from the CA in {_other.CaFile} but from CN=ca", await stranger.ConnectOrReadErrorAsync(),
            StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_client_certificate_is_sent_to_a_broker_that_requires_it()
    {
        await using var broker = await StartAsync(_ca.Issue("localhost"), "require_certificate true");
        var (cert, key) = _ca.Issue("edge", isServer: false);
        await using var sink = await BrokerSinks.ConnectAsync(Options(broker, new TlsOptions { Ca = _ca.CaFile, Cert = cert, Key = key }));
        await sink.WriteAsync(SinkFixture.Numbers(1, 0, 1), default);

        var error = await BrokerSinks.ConnectErrorAsync(Options(broker, new TlsOptions { Ca = _ca.CaFile }));
        Assert.StartsWith($"localhost:{broker.Port}: ", error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Another_ca_is_refused_by_name()
    {
        await using var broker = await StartAsync(_other.Issue("localhost"));
        Assert.EndsWith($"it does not come from the CA in {_ca.CaFile} but from CN=other", await RefusalAsync(broker),
            StringComparison.Ordinal);
        Assert.EndsWith("it does not come from a CA that this system trusts (see tls.ca) but from CN=other",
            await BrokerSinks.ConnectErrorAsync(Options(broker, new TlsOptions())), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Another_host_is_refused_by_name()
    {
        await using var broker = await StartAsync(_ca.Issue("mosquitto.plant"));
        Assert.EndsWith(
            "it is made out to mosquitto.plant, not to localhost", await RefusalAsync(broker), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_expired_certificate_is_refused_by_its_dates()
    {
        await using var broker = await StartAsync(_ca.Issue("localhost", days: -1));
        Assert.Contains("it is valid from ", await RefusalAsync(broker), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_certificate_that_expires_by_the_injected_clock_is_refused()
    {
        await using var broker = await StartAsync(_ca.Issue("localhost"));
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow.AddDays(101));
        var error = await BrokerSinks.ConnectErrorAsync(Options(broker, new TlsOptions { Ca = _ca.CaFile }), clock);
        Assert.Contains("it is valid from ", error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_client_certificate_is_not_accepted_as_the_brokers()
    {
        await using var broker = await StartAsync(_ca.Issue("localhost", isServer: false));
        Assert.Contains("the server's certificate \"CN=localhost\" is refused: ", await RefusalAsync(broker), StringComparison.Ordinal);
    }

    [Theory]
    // A ServerHello that chooses TLS 1.1 (RFC 4346, section 7.4.1.3), and the text of a server without TLS.
    [InlineData("16 0302 002A 02 000026 0302 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF 00 C013 00")]
    [InlineData("48 54 54 50 2F 31 2E 31 20 34 30 30 20 42 61 64 0D 0A 0D 0A")]
    public async Task Servers_with_tls_1_1_or_without_tls_receive_no_mqtt_packet(string answer)
    {
        using var server = new FixedReplyServer(Convert.FromHexString(answer.Replace(" ", "", StringComparison.Ordinal)));
        var error = await BrokerSinks.ConnectErrorAsync(
            new MqttSinkOptions { Host = "localhost", Port = server.Port, Topic = "t", ClientId = "secret-name",
                Tls = new TlsOptions { Ca = _ca.CaFile } });
        Assert.Contains("TLS failed before a connection was made: ", error, StringComparison.Ordinal);
        var received = await server.Received;
        // 0x16: the record type of a TLS handshake (RFC 8446, section 5.1).
        Assert.Equal(0x16, received[0]);
        Assert.Equal(-1, received.AsSpan().IndexOf("secret-name"u8));
    }

    [Fact]
    public async Task A_missing_or_invalid_certificate_file_is_named()
    {
        using var rig = new SinkFixture();
        MqttSinkOptions With(string ca) =>
            new() { Host = "localhost", Port = rig.Broker.Port, Topic = "t", Tls = new TlsOptions { Ca = ca } };
        Assert.Contains($"{_folder.Of("none.crt")} cannot be used: ", await BrokerSinks.ConnectErrorAsync(With(_folder.Of("none.crt"))),
            StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.Of("text.crt"), "no certificate");
        Assert.Contains($"{_folder.Of("text.crt")} holds no certificate: expected PEM",
            await BrokerSinks.ConnectErrorAsync(With(_folder.Of("text.crt"))), StringComparison.Ordinal);
    }

    private static MqttSinkOptions Options(PeerProcess broker, TlsOptions tls) => new() { Host = "localhost", Port = broker.Port,
        Topic = "t", Tls = tls };

    private Task<string> RefusalAsync(PeerProcess broker) =>
        BrokerSinks.ConnectErrorAsync(Options(broker, new TlsOptions { Ca = _ca.CaFile }));

    private Task<PeerProcess> StartAsync((string Cert, string Key) own, params string[] lines) =>
        Mosquitto.StartOpenAsync([$"cafile {_ca.CaFile}", $"certfile {own.Cert}", $"keyfile {own.Key}", .. lines]);
}
