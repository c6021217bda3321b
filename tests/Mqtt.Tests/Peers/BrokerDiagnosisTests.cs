using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests that doctor finds the way in which a port speaks MQTT and names the option.</summary>
[Trait("Needs", "Server")]
public sealed class BrokerDiagnosisTests : IDisposable
{
    private const string Alpn = "x-amzn-mqtt-ca";

    private readonly TemporaryFolder _folder = new();
    private readonly CertificateAuthority _ca;

    public BrokerDiagnosisTests() => _ca = new CertificateAuthority(_folder, "ca");

    public void Dispose()
    {
        _ca.Dispose();
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task The_configured_way_is_confirmed()
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        var step = Assert.Single(await DiagnoseAsync(new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port }));
        Assert.Equal(("broker", true, $"answers as 5.0 at 127.0.0.1:{broker.Port}"), (step.Name, step.IsGood, step.Found));
    }

    [SkippableFact]
    public async Task A_broker_that_refuses_anonymous_clients_is_a_broker()
    {
        await using var broker = await Mosquitto.StartAsync("allow_anonymous false");
        Assert.True(Assert.Single(await DiagnoseAsync(new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port })).IsGood);
    }

    [SkippableFact]
    public async Task A_port_with_websockets_leads_to_the_url()
    {
        await using var broker = await WebSocketMosquitto.StartAsync(_folder);
        Assert.Equal(
            $"set host = \"ws://127.0.0.1:{broker.Port}/mqtt\", without port",
            await RemedyAsync(new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port }));
    }

    [SkippableFact]
    public async Task A_wrong_path_leads_to_the_right_one()
    {
        await using var broker = await Aedes.StartAsync("aedes_websocket_broker.js");
        Assert.Equal(
            $"set host = \"ws://127.0.0.1:{broker.Port}/mqtt\", without port",
            await RemedyAsync(new MqttDriverOptions { Host = $"ws://127.0.0.1:{broker.Port}/other", Version = "3.1.1" }));
    }

    [SkippableFact]
    public async Task A_port_with_tls_leads_to_tls_and_names_the_certificate()
    {
        var (cert, key) = _ca.Issue("localhost");
        await using var broker = await Mosquitto.StartOpenAsync($"certfile {cert}", $"keyfile {key}");
        var remedy = await RemedyAsync(new MqttDriverOptions { Host = "localhost", Port = broker.Port });
        Assert.StartsWith("set tls = { ca = \"ca.crt\" }", remedy, StringComparison.Ordinal);
        Assert.Contains("but from CN=ca", remedy, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_shared_port_leads_to_alpn_and_a_port_without_tls_to_its_removal()
    {
        var (cert, key) = _ca.Issue("localhost");
        await using var broker = await Mosquitto.StartOpenAsync();
        await using var front = new TlsFront(cert, key, Alpn, broker.Port);
        var tls = new TlsOptions { Ca = _ca.CaFile };
        Assert.Equal(
            $"set alpn = \"{Alpn}\"", await RemedyAsync(new MqttDriverOptions { Host = "localhost", Port = front.Port, Tls = tls }));
        Assert.Equal(
            "remove tls, and use no ws:// or wss:// URL in host",
            await RemedyAsync(new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port, Tls = tls }));
    }

    [SkippableFact]
    public async Task Another_server_leads_to_host_and_port()
    {
        using var server = new FixedReplyServer("220 mail\r\n"u8.ToArray());
        Assert.Equal("check host and port", await RemedyAsync(new MqttDriverOptions { Host = "127.0.0.1", Port = server.Port }));
    }

    private static async Task<string> RemedyAsync(MqttDriverOptions options)
    {
        var steps = await DiagnoseAsync(options);
        Assert.Equal(["broker", "protocol"], steps.Select(s => s.Name));
        Assert.All(steps, s => Assert.False(s.IsGood));
        return Assert.Single(steps[1].Remedies);
    }

    private static async Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(MqttDriverOptions options)
    {
        var context = new PluginContext("lab", "press-hall", Path.GetTempPath(), TimeProvider.System, new CapturingPluginLog());
        await using var driver = ((IDriverPlugin)new MqttPlugin()).Open(options, context);
        var steps = new List<DiagnosisStep>();
        await foreach (var step in ((IDiagnosable)driver).DiagnoseAsync(default)) steps.Add(step);
        return steps;
    }
}
