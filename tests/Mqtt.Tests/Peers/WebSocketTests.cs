using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests MQTT over WebSockets with mosquitto and aedes, and with MQTTnet's client at the other end.</summary>
[Trait("Needs", "Server")]
public sealed class WebSocketTests : IDisposable
{
    private const int Count = 2000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("mosquitto", "5.0", 1)]
    [InlineData("mosquitto", "5.0", 2)]
    [InlineData("mosquitto", "3.1.1", 1)]
    [InlineData("aedes", "3.1.1", 1)]
    [InlineData("aedes", "3.1.1", 2)]
    public async Task Records_and_messages_pass_in_order(string peer, string version, int qos)
    {
        await using var broker = await StartAsync(peer);
        var url = $"ws://127.0.0.1:{broker.Port}/mqtt";
        await using var other = await MqttNetClient.ConnectWebSocketAsync(broker.Port, version);
        await other.SubscribeAsync("plc/#", 2);
        await using var driver = await DriverFixture.ConnectAsync(
            new MqttDriverOptions { Host = url, Version = version, Qos = qos, MaxPacketSize = new ByteSize(1 << 20) }, "plc/+", "n : x");
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = url, Version = version, Qos = qos, Topic = "plc/{device}" });
        var writing = Task.Run(async () =>
        {
            for (var (number, first) = (1, 0); first < Count; number++, first += 500)
                await sink.WriteAsync(SinkFixture.Numbers(number, first, 500), default);
        });
        for (var n = 0; n < Count; n++)
        {
            Assert.Equal($"t0={n}", await driver.NextAsync());
            if (n % 10 == 9) await driver.AcknowledgeAsync(n + 1);
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, Count).Select(n => $"plc/press {qos} 0 {n}"), await other.NextAsync(Count));

        // A message longer than the buffers of the WebSocket.
        var text = new string('x', 200_000);
        await other.PublishAsync("n", $$"""{"x":"{{text}}"}""", qos);
        Assert.Equal($"t1={text}", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task A_cancelled_read_loses_nothing()
    {
        await using var broker = await StartAsync("mosquitto");
        await using var other = await MqttNetClient.ConnectWebSocketAsync(broker.Port, "5.0");
        await using var driver = await DriverFixture.ConnectAsync(new MqttDriverOptions { Host = $"ws://127.0.0.1:{broker.Port}" }, "n");
        for (var n = 1; n <= 3; n++)
        {
            using var cancel = new CancellationTokenSource();
            var waiting = driver.NextAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            await other.PublishAsync("n", $"{n}", 1);
            Assert.Equal($"t0={n}", await driver.NextAsync());
        }
    }

    [SkippableFact]
    public async Task A_broker_that_ends_is_reported_and_a_read_that_waits_ends()
    {
        var broker = await StartAsync("mosquitto");
        await using var driver = await DriverFixture.ConnectAsync(new MqttDriverOptions { Host = $"ws://127.0.0.1:{broker.Port}" }, "n");
        var waiting = driver.NextAsync();
        await broker.DisposeAsync();
        await Assert.ThrowsAsync<NotConnectedException>(() => waiting);

        await using var again = await StartAsync("mosquitto");
        await using var other = await DriverFixture.ConnectAsync(new MqttDriverOptions { Host = $"ws://127.0.0.1:{again.Port}" }, "n");
        var pending = other.NextAsync();
        await other.DisposeAsync();
        await Assert.ThrowsAsync<NotConnectedException>(() => pending);
    }

    [SkippableFact]
    public async Task The_plugin_unloads_after_a_websocket()
    {
        await using var broker = await StartAsync("mosquitto");
        await CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(typeof(MqttPlugin).Assembly), async plugin =>
        {
            var other = (ISinkPlugin)plugin;
            var options = new MqttSinkOptions { Host = $"ws://127.0.0.1:{broker.Port}", Topic = "t" };
            var context = new PluginContext("broker", "press-hall", Path.GetTempPath(), TimeProvider.System, new CapturingPluginLog());
            await using var sink = other.Open(OptionsCopy.To(other.OptionsType, options), context);
            await sink.ConnectAsync(default);
            await sink.WriteAsync(SinkFixture.Numbers(1, 0, 100), default);
        });
    }

    [SkippableFact]
    public async Task A_port_of_another_protocol_is_named_with_the_remedy()
    {
        await using var plain = await Mosquitto.StartOpenAsync();
        var url = $"ws://127.0.0.1:{plain.Port}/mqtt?token=x7";
        var error = await BrokerSinks.ConnectErrorAsync(new MqttSinkOptions { Host = url, Topic = "t" });
        Assert.Contains("the WebSocket at /mqtt is refused: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("x7", error, StringComparison.Ordinal);
        Assert.EndsWith("check port and path of the URL in host", error, StringComparison.Ordinal);

        await using var webSocket = await StartAsync("mosquitto");
        error = await BrokerSinks.ConnectErrorAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = webSocket.Port, Topic = "t" });
        Assert.Contains("the port does not speak MQTT but HTTP", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n",
        "the port does not speak MQTT but HTTP: if it is a broker with WebSockets, use a URL in host: \"ws://…/mqtt\"")]
    [InlineData("\u0015\u0003\u0003\u0000\u0002\u0002\u0032", "the port does not speak MQTT but TLS: set tls")]
    public async Task The_first_bytes_of_http_and_tls_are_recognized(string reply, string expected)
    {
        using var server = new FixedReplyServer(System.Text.Encoding.Latin1.GetBytes(reply));
        var error = await BrokerSinks.ConnectErrorAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = server.Port, Topic = "t" });
        Assert.EndsWith(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broker", "broker:1883", null)]
    [InlineData("::1", "[::1]:1883", null)]
    [InlineData("mqtt://broker", "broker:1883", null)]
    [InlineData("mqtts://broker", "broker:8883", null)]
    [InlineData("mqtts://[::1]:443", "[::1]:443", null)]
    [InlineData("ws://broker", "broker:80", "/mqtt")]
    [InlineData("ws://broker:9001/", "broker:9001", "/")]
    [InlineData("wss://broker", "broker:443", "/mqtt")]
    [InlineData("wss://broker:8443/a/b?c=d", "broker:8443", "/a/b?c=d")]
    public void A_url_chooses_port_tls_and_path(string host, string endpoint, string? path)
    {
        var options = new MqttSinkOptions { Host = host, Topic = "t" };
        Assert.Empty(options.Validate());
        Assert.Equal((endpoint, path), (options.Endpoint, options.Address.WebSocketPath));
        Assert.Equal(host.Contains("s://", StringComparison.Ordinal) && !host.StartsWith("ws:", StringComparison.Ordinal), options.UsesTls);
    }

    [Theory]
    [InlineData("http://broker", null, false, null, "host")]
    [InlineData("ws://", null, false, null, "host")]
    [InlineData("ws://user:secret@broker", null, false, null, "host")]
    [InlineData("mqtt://broker/path", null, false, null, "host")]
    [InlineData("ws://broker:9001", 9002, false, null, "port")]
    [InlineData("ws://broker", null, true, null, "tls")]
    [InlineData("broker", null, false, "mqtt", "alpn")]
    [InlineData("broker", null, true, "", "alpn")]
    [InlineData("wss://broker", null, false, "é", "alpn")]
    public void A_url_that_contradicts_the_other_options_is_refused(string host, int? port, bool hasTls, string? alpn, string key)
    {
        var options = new MqttSinkOptions { Host = host, Port = port, Tls = hasTls ? new TlsOptions() : null, Alpn = alpn, Topic = "t" };
        var problem = Assert.Single(options.Validate());
        Assert.Equal(key, problem.Key);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
    }

    private async Task<PeerProcess> StartAsync(string peer) =>
        peer == "aedes" ? await Aedes.StartAsync("aedes_websocket_broker.js") : await WebSocketMosquitto.StartAsync(_folder);
}
