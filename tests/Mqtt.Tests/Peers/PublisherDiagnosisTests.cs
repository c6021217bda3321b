using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>The steps of <c>plant doctor</c> for a sink, with mosquitto.</summary>
[Trait("Needs", "Server")]
public sealed class PublisherDiagnosisTests
{
    [SkippableFact]
    public async Task A_broker_that_accepts_all_is_confirmed_and_gets_no_message()
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        var steps = await RunAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "plant/{tag}", Retain = true });
        Assert.Equal(["broker ok", "limits ok", "topic ok"], steps.Outcomes());
        Assert.Equal("accepts an anonymous client as MQTT 5.0, without TLS", steps[0].Found);
        Assert.Contains("tells only at a message", steps[2].Found, StringComparison.Ordinal);
        steps = await RunAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "plant", Version = "3.1.1" });
        Assert.Equal("MQTT 3.1.1 does not tell limits of qos and retain", steps[1].Found);
    }

    [SkippableFact]
    public async Task Limits_of_the_broker_have_a_remedy()
    {
        await using var broker = await Mosquitto.StartOpenAsync("max_qos 0", "retain_available false");
        var step = (await RunAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "plant", Retain = true }))[1];
        Assert.False(step.IsGood);
        Assert.Equal(
            ["set qos = 0: the broker accepts no more", "set retain = false: the broker retains no messages"], step.Remedies);
    }

    [SkippableFact]
    public async Task A_refused_login_is_named_without_its_password()
    {
        await using var broker = await Mosquitto.StartAsync("allow_anonymous false");
        var step = Assert.Single(await RunAsync(new MqttSinkOptions
            { Host = "127.0.0.1", Port = broker.Port, Topic = "plant", User = "edge", Password = new Secret("s3cret") }));
        Assert.False(step.IsGood);
        Assert.StartsWith("the broker refuses the connection: not authorized", step.Found, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("s3cret", step.Found + string.Concat(step.Remedies), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_connection_of_a_running_host_stays()
    {
        await using var broker = await Mosquitto.StartOpenAsync();
        var options = new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "plant", ClientId = "edge-1" };
        await using var sink = Open(options);
        await sink.ConnectAsync(default);
        Assert.All(await RunAsync(options), s => Assert.True(s.IsGood, s.Found));
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
    }

    [SkippableFact]
    public async Task A_port_with_tls_leads_to_tls()
    {
        using var folder = new TemporaryFolder();
        using var authority = new CertificateAuthority(folder, "ca");
        var (cert, key) = authority.Issue("localhost");
        await using var broker = await Mosquitto.StartOpenAsync($"certfile {cert}", $"keyfile {key}");
        var steps = await RunAsync(new MqttSinkOptions { Host = "localhost", Port = broker.Port, Topic = "plant" });
        Assert.Equal(["broker FAIL", "protocol FAIL"], steps.Outcomes());
        Assert.StartsWith("set tls = { ca = \"ca.crt\" }", steps[1].Remedies[0], StringComparison.Ordinal);
        steps = await RunAsync(new MqttSinkOptions
            { Host = "localhost", Port = broker.Port, Topic = "plant", Tls = new TlsOptions { Ca = authority.CaFile } });
        Assert.Equal("accepts an anonymous client as MQTT 5.0, over TLS, with a trusted certificate", steps[0].Found);
    }

    private static Task<IReadOnlyList<DiagnosisStep>> RunAsync(MqttSinkOptions options) => SinkSteps.RunAsync(Open(options));

    private static ISink Open(MqttSinkOptions options) => new MqttPlugin().Open(
        options, new PluginContext("broker", "press-hall", Path.GetTempPath(), TimeProvider.System, new CapturingPluginLog()));
}
