using System.Diagnostics;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests the sink with mosquitto.</summary>
[Trait("Needs", "Server")]
public sealed class MosquittoTests : RealBrokerTests
{
    private const string Password = "correct horse";

    [SkippableTheory]
    [InlineData("5.0", 0, 2_000)]
    [InlineData("5.0", 1, 200_000)]
    [InlineData("5.0", 2, 2_000)]
    [InlineData("3.1.1", 0, 2_000)]
    [InlineData("3.1.1", 1, 2_000)]
    [InlineData("3.1.1", 2, 2_000)]
    public Task Messages_arrive_in_order(string version, int qos, int count) => MessagesArriveAsync(version, qos, count);

    [SkippableFact]
    public async Task A_second_client_with_the_same_id_takes_the_session_over()
    {
        await BeginAsync();
        var options = new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Topic = "t" };
        await using var first = await BrokerSinks.ConnectAsync(options);
        await using var second = await BrokerSinks.ConnectAsync(options);
        await second.WriteAsync(SinkFixture.Numbers(1, 0, 1), default);
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await WriteUntilErrorAsync(first));
        // 2.0.11 closes without a reason; later versions send "session taken over".
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task Refused_passwords_and_rights_are_reported(string version)
    {
        using var folder = new TemporaryFolder();
        await using var broker = await StartGuardedAsync(folder);
        MqttSinkOptions Options(string password, string topic) => new()
        {
            Host = "127.0.0.1", Port = broker.Port, Version = version, User = "edge", Password = new Secret(password), Topic = topic,
        };
        var error = await BrokerSinks.ConnectErrorAsync(Options("wrong", "plc/a"));
        Assert.Contains(version == "5.0" ? "not authorized (0x87)" : "not authorized (0x05)", error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error, StringComparison.Ordinal);

        await using var subscriber = await MosquittoSub.StartAsync(broker.Port, "#", "-u", "reader", "-P", Password);
        await using (var allowed = await BrokerSinks.ConnectAsync(Options(Password, "plc/a")))
            await allowed.WriteAsync(SinkFixture.Numbers(1, 0, 1), default);
        await using var forbidden = await BrokerSinks.ConnectAsync(Options(Password, "other/a"));
        var writing = forbidden.WriteAsync(SinkFixture.Numbers(2, 7, 1), default);
        if (version == "5.0")
        {
            var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await writing);
            Assert.EndsWith("not authorized (0x87)", rejected.Message, StringComparison.Ordinal);
        }
        else
        {
            // MQTT 3.1.1 cannot report it: the broker acknowledges and drops the message (see the README).
            await writing;
        }

        Assert.Equal(["plc/a 1 0 0"], await subscriber.ReadAsync());
    }

    [SkippableFact]
    public async Task The_maximum_packet_size_of_the_broker_is_kept()
    {
        await using var broker = await Mosquitto.StartOpenAsync("max_packet_size 200");
        await using var sink = await BrokerSinks.ConnectAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "t" });
        var batch = SinkFixture.Numbers(1, 0, 2);
        batch.Add(batch[0].Time, "press", new byte[200].Select(_ => (byte)'1').ToArray());
        var error = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([2], error.Indexes);
        await sink.WriteAsync(SinkFixture.Numbers(2, 0, 2), default);
    }

    protected override Task<PeerProcess> StartAsync() => Mosquitto.StartOpenAsync("max_inflight_messages 1000");

    /// <summary>
    /// Starts mosquitto with the users edge (writes plc/#) and reader (reads everything), both with <see cref="Password"/>.
    /// </summary>
    private static async Task<PeerProcess> StartGuardedAsync(TemporaryFolder folder)
    {
        Mosquitto.SkipIfMissing("mosquitto_passwd");
        foreach (var (user, create) in new[] { ("edge", "-c"), ("reader", "") })
        {
            string[] arguments = ["-b", folder.Of("passwd"), user, Password];
            using var process = Process.Start("mosquitto_passwd", create.Length > 0 ? [create, .. arguments] : arguments);
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }

        await File.WriteAllTextAsync(folder.Of("acl"), "user edge\ntopic write plc/#\nuser reader\ntopic readwrite #\n");
        return await Mosquitto.StartAsync("allow_anonymous false", $"password_file {folder.Of("passwd")}", $"acl_file {folder.Of("acl")}");
    }

    // Until the broker's close arrives, writes may still succeed.
    private static async Task WriteUntilErrorAsync(ISink sink)
    {
        for (var i = 1; i < 1000; i++) await sink.WriteAsync(SinkFixture.Numbers(i, 0, 1), default);
    }
}
