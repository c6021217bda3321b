using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests.Peers;

/// <summary>Tests the driver with real brokers and mosquitto_pub.</summary>
[Trait("Needs", "Server")]
public sealed class DriverTests : IAsyncLifetime
{
    private PeerProcess? _broker;

    private int Port => _broker!.Port;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData("mosquitto", "5.0", 0)]
    [InlineData("mosquitto", "5.0", 1)]
    [InlineData("mosquitto", "5.0", 2)]
    [InlineData("mosquitto", "3.1.1", 1)]
    [InlineData("mosquitto", "3.1.1", 2)]
    [InlineData("aedes", "3.1.1", 0)]
    [InlineData("aedes", "3.1.1", 1)]
    [InlineData("aedes", "3.1.1", 2)]
    public async Task Messages_arrive_in_order_with_retained_ones_first(string peer, string version, int qos)
    {
        await StartAsync(peer);
        await MosquittoPub.PublishAsync(Port, "plc/press/temp", "20.5", "-r");
        await using var driver = await DriverFixture.ConnectAsync(Options(version, qos),
            "plc/+/temp", "plc/acme/# : values.AI_Corrente", "plc/acme/press : ok");
        Assert.Equal("t0=20.5", await driver.NextAsync());
        await MosquittoPub.PublishAsync(Port, "plc/acme", "{\"values\":{\"AI_Corrente\":7}}");
        await MosquittoPub.PublishAsync(Port, "plc/oven/temp", "\"off\"");
        Assert.Equal(["t1=7", "t0=off"], await driver.NextAsync(2));
        await MosquittoPub.PublishAsync(Port, "plc/acme/press", "{\"values\":{\"AI_Corrente\":8},\"ok\":true}", "-q", "2");
        Assert.Equal("t1=8 t2=TRUE", await driver.NextAsync());
        await driver.AcknowledgeAsync(4);
    }

    [SkippableTheory]
    [InlineData("mosquitto", "5.0", 1)]
    [InlineData("mosquitto", "5.0", 2)]
    [InlineData("mosquitto", "3.1.1", 1)]
    [InlineData("mosquitto", "3.1.1", 2)]
    [InlineData("aedes", "3.1.1", 1)]
    public async Task Unacknowledged_and_missed_messages_are_received_after_a_reconnect(string peer, string version, int qos)
    {
        await StartAsync(peer);
        await using var first = await DriverFixture.ConnectAsync(Options(version, qos), "n");
        for (var i = 1; i <= 3; i++) await MosquittoPub.PublishAsync(Port, "n", $"{i}");
        Assert.Equal(["t0=1", "t0=2", "t0=3"], await first.NextAsync(3));
        await first.AcknowledgeAsync(1);
        // The same client id takes the session over from the first connection, as after a power failure of the gateway.
        await using (var second = await DriverFixture.ConnectAsync(Options(version, qos), "n"))
        {
            Assert.Equal(["t0=2", "t0=3"], await second.NextAsync(2));
            await second.AcknowledgeAsync(2);
        }

        await MosquittoPub.PublishAsync(Port, "n", "4");
        await using var third = await DriverFixture.ConnectAsync(Options(version, qos), "n");
        Assert.Equal("t0=4", await third.NextAsync());
    }

    [SkippableTheory]
    [InlineData("5.0")]
    [InlineData("3.1.1")]
    public async Task A_shared_subscription_gives_each_message_to_one_of_two(string version)
    {
        const int Count = 20;
        await StartAsync("mosquitto");
        await using var one = await DriverFixture.ConnectAsync(Options(version, 1, "one"), "$share/lab/n/+");
        await using var two = await DriverFixture.ConnectAsync(Options(version, 1, "two"), "$share/lab/n/+");
        for (var i = 0; i < Count; i++) await MosquittoPub.PublishAsync(Port, $"n/{i}", $"{i}");
        using var end = new CancellationTokenSource();
        var scans = new List<string>();
        var reads = new Dictionary<DriverFixture, Task<string>> { [one] = one.NextAsync(end.Token), [two] = two.NextAsync(end.Token) };
        var seenBy = new HashSet<DriverFixture>();
        while (scans.Count < Count)
        {
            await Task.WhenAny(reads.Values);
            foreach (var (driver, read) in reads.Where(r => r.Value.IsCompleted).ToList())
            {
                scans.Add(await read);
                seenBy.Add(driver);
                reads[driver] = driver.NextAsync(end.Token);
            }
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"t0={i}").Order(), scans.Order());
        Assert.Equal(2, seenBy.Count);
        await end.CancelAsync();
        foreach (var read in reads.Values) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [SkippableFact]
    public async Task A_refused_subscription_is_named_by_aedes_too()
    {
        _broker = await Aedes.StartAsync("aedes_guarded_broker.js");
        await using var driver = new DriverFixture(Options("3.1.1", 1), null, "plc/a", "secret/b");
        Assert.Equal(
            "the broker refuses the subscription to secret/b, needed for t1: unspecified error (0x80)",
            await driver.ConnectOrReadErrorAsync());
    }

    [SkippableTheory]
    [InlineData("5.0", "not authorized (0x87)", "not authorized (0x87)")]
    [InlineData("3.1.1", "not authorized (0x05)", "unspecified error (0x80)")]
    public async Task Refused_passwords_and_rights_are_reported(string version, string wrongPassword, string noRight)
    {
        using var folder = new TemporaryFolder();
        _broker = await AccessControlledMosquitto.StartAsync(folder);
        MqttDriverOptions Options(string password) => new()
        {
            Host = "127.0.0.1", Port = Port, Version = version, User = AccessControlledMosquitto.User, Password = new Secret(password),
        };
        await using var stranger = new DriverFixture(Options("wrong"), null, "plc/a");
        Assert.EndsWith(wrongPassword, await stranger.ConnectOrReadErrorAsync(), StringComparison.Ordinal);
        await using var curious = new DriverFixture(Options(AccessControlledMosquitto.Password), null, "plc/a", "secret/b");
        Assert.Equal($"the broker refuses the subscription to secret/b, needed for t1: {noRight}", await curious.ConnectOrReadErrorAsync());

        await using var driver = await DriverFixture.ConnectAsync(Options(AccessControlledMosquitto.Password), "plc/a");
        await MosquittoPub.PublishAsync(Port, "plc/a", "1", "-u", AccessControlledMosquitto.User, "-P", AccessControlledMosquitto.Password);
        Assert.Equal("t0=1", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task A_cancelled_read_loses_nothing()
    {
        await StartAsync("mosquitto");
        await using var driver = await DriverFixture.ConnectAsync(Options("5.0", 1), "n");
        using (var cancel = new CancellationTokenSource())
        {
            var waiting = driver.NextAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await MosquittoPub.PublishAsync(Port, "n", "1");
        Assert.Equal("t0=1", await driver.NextAsync());
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Two_hundred_thousand_messages_are_all_read_once_in_order(int qos)
    {
        var count = qos == 1 ? 200_000 : 70_000;
        _broker = await Mosquitto.StartOpenAsync("max_inflight_messages 1000");
        await using var driver = await DriverFixture.ConnectAsync(new MqttDriverOptions { Host = "127.0.0.1", Port = Port, Qos = qos,
            MaxInFlight = 1000 }, "n/press");
        await using var sink = await BrokerSinks.ConnectAsync(new MqttSinkOptions { Host = "127.0.0.1", Port = Port, Qos = qos,
            Topic = "n/{device}", MaxInFlight = 1000 });
        var publishing = Task.Run(async () =>
        {
            for (var (number, first) = (1, 0); first < count; number++, first += 500)
                await sink.WriteAsync(SinkFixture.Numbers(number, first, 500), default);
        });
        var wrong = 0;
        for (var n = 0; n < count; n++)
        {
            if (await driver.NextNumberAsync() != n) wrong++;
            if (n % 100 == 99) await driver.AcknowledgeAsync(n + 1);
        }

        await publishing;
        Assert.Equal(0, wrong);
    }

    private MqttDriverOptions Options(string version, int qos, string clientId = "lab") =>
        new() { Host = "127.0.0.1", Port = Port, Version = version, Qos = qos, ClientId = clientId };

    private async Task StartAsync(string peer) => _broker = peer == "aedes" ? await Aedes.StartAsync() : await Mosquitto.StartOpenAsync();
}
