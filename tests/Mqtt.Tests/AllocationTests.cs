using PlantRuntime.Mqtt.Tests.Testing;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Measures the allocations of a steady flow over all threads of the process, so no other test may run at the same time.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Trait("Needs", "Server")]
public class AllocationTests
{
    private const int Records = 1000;
    private const int Batches = 50;
    private const long MostBytesPerRecord = 40;
    private const long MostBytesPerMessage = 1;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_steady_flow_allocates_at_most_40_bytes_per_record(int qos)
    {
        await using var broker = await Mosquitto.StartOpenAsync("max_inflight_messages 100");
        await using var sink = await BrokerSinks.ConnectAsync(
            new MqttSinkOptions { Host = "127.0.0.1", Port = broker.Port, Topic = "t/{device}", Qos = qos });
        var batch = Conformance.Sinks.Batches.Counting(1, 0, Records);
        for (var warm = 0; warm < 5; warm++) await sink.WriteAsync(batch, default);

        // A wait for acknowledgements allocates some bytes, and their grouping depends on the load: the cheapest batch is asserted.
        var each = long.MaxValue;
        for (var i = 0; i < Batches && each > MostBytesPerRecord; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await sink.WriteAsync(batch, default);
            each = Math.Min(each, (GC.GetTotalAllocatedBytes(precise: true) - before) / Records);
        }

        Assert.True(each <= MostBytesPerRecord, $"a record allocated {each} bytes, not at most {MostBytesPerRecord}");
    }

    [SkippableTheory]
    [InlineData("5.0", 0)]
    [InlineData("5.0", 1)]
    [InlineData("3.1.1", 2)]
    public async Task A_steady_read_allocates_at_most_1_byte_per_message(string version, int qos)
    {
        const int Scans = 100;
        await using var broker = await Mosquitto.StartOpenAsync();
        await using var driver = await DriverFixture.ConnectAsync(
            new MqttDriverOptions { Host = "127.0.0.1", Port = broker.Port, Version = version, Qos = qos, Time = "ts" },
            "t/+ : a", "t/+ : b");
        using var feed = MosquittoPub.StartFeed(broker.Port, "t/press", """{"ts":1763712000,"a":1.5,"b":"running"}""");
        try
        {
            var each = long.MaxValue;
            for (var (i, read) = (0, 0L); i < 50 && each > MostBytesPerMessage; i++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                for (var n = 0; n < Scans; n++)
                {
                    await driver.NextNumberAsync();
                    // mosquitto sends at most 20 unacknowledged messages.
                    if (++read % 10 == 0) await driver.AcknowledgeAsync(read);
                }

                // The first rounds are the warm-up.
                if (i > 2) each = Math.Min(each, (GC.GetTotalAllocatedBytes(precise: true) - before) / Scans);
            }

            Assert.True(each <= MostBytesPerMessage, $"a message allocated {each} bytes, not at most {MostBytesPerMessage}");
        }
        finally
        {
            feed.Kill();
        }
    }
}
