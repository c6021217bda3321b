using System.Diagnostics;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

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
    public async Task A_second_client_of_the_same_name_takes_the_session_over()
    {
        await BeginAsync();
        var options = new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Topic = "t" };
        await using var first = await Real.ConnectAsync(options);
        await using var second = await Real.ConnectAsync(options);
        await second.WriteAsync(Rig.Numbers(1, 0, 1), default);
        var error = await Assert.ThrowsAsync<NotConnectedException>(async () => await UntilItFailsAsync(first));
        // 2.0.11 just closes; later ones say "session taken over".
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task Passwords_and_rights_are_the_brokers(string version)
    {
        using var folder = new TemporaryFolder();
        await using var broker = await StartGuardedAsync(folder);
        MqttSinkOptions Options(string password, string topic) => new()
        {
            Host = "127.0.0.1", Port = broker.Port, Version = version, User = "edge", Password = new Secret(password), Topic = topic,
        };
        var error = await Real.RefusalAsync(Options("wrong", "plc/a"));
        Assert.Contains(version == "5.0" ? "not authorized (0x87)" : "not authorized (0x05)", error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error, StringComparison.Ordinal);

        await using var subscriber = await Subscriber.StartAsync(broker.Port, "#", "-u", "reader", "-P", Password);
        await using (var allowed = await Real.ConnectAsync(Options(Password, "plc/a"))) await allowed.WriteAsync(Rig.Numbers(1, 0, 1),
            default);
        await using var forbidden = await Real.ConnectAsync(Options(Password, "other/a"));
        var writing = forbidden.WriteAsync(Rig.Numbers(2, 7, 1), default);
        if (version == "5.0")
        {
            var rejected = await Assert.ThrowsAsync<RejectedException>(async () => await writing);
            Assert.EndsWith("not authorized (0x87)", rejected.Message, StringComparison.Ordinal);
        }
        else
        {
            // 3.1.1 has no word for it: the broker acknowledges and drops (the README says so).
            await writing;
        }

        Assert.Equal(["plc/a 1 0 0"], await subscriber.ReadAsync());
    }

    [SkippableFact]
    public async Task The_brokers_greatest_packet_is_kept_to()
    {
        await using var broker = await Mosquitto.StartOpenAsync("max_packet_size 200");
        await using var sink = await Real.ConnectAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "t" });
        var batch = Rig.Numbers(1, 0, 2);
        batch.Add(batch[0].Time, "press", new byte[200].Select(_ => (byte)'1').ToArray());
        var error = await Assert.ThrowsAsync<RejectedException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal([2], error.Indexes);
        await sink.WriteAsync(Rig.Numbers(2, 0, 2), default);
    }

    protected override Task<PeerProcess> StartAsync() => Mosquitto.StartOpenAsync("max_inflight_messages 1000");

    /// <summary>Users edge (may write to plc/#) and reader (may read all), both with <see cref="Password"/>.</summary>
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

    // The broker's goodbye is on its way; until it is here, writes may be sent into the closing connection.
    private static async Task UntilItFailsAsync(ISink sink)
    {
        for (var i = 1; i < 1000; i++) await sink.WriteAsync(Rig.Numbers(i, 0, 1), default);
    }
}
