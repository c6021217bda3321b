using System.Runtime.CompilerServices;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.OpcUa.Tests.Testing;
using PlantRuntime.Plugins.OpcUa.Subscriptions;

namespace PlantRuntime.OpcUa.Tests;

/// <summary>Counts bytes of the whole process, so it runs while no other test does. The server is a process of its own.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Trait("Needs", "Server")]
public class AllocationTests
{
    private const int Batches = 100;

    [SkippableTheory]
    [InlineData("None")]
    [InlineData("Basic256Sha256")]
    public async Task A_steady_read_allocates_nothing(string security)
    {
        await using var server = await NodeOpcUaServer.StartAsync("""{"nodes":200,"security":true}""");
        using var site = new Site();
        await server.TrustAsync(site.Pki);
        await using var driver = await site.ConnectAsync<IDriver>(
            new OpcUaOptions { Host = "127.0.0.1", Port = server.Port, Security = security, Mode = ReadingMode.Poll });
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 200).Select(n => $"nsu=http://plant.example/line;i={1000 + n}"),
            "nsu=http://plant.example/line;s=Int16s", "nsu=http://plant.example/line;s=Nowhere"]);
        using var limit = new CancellationTokenSource();
        var least = await Task.Run(() => LeastAsync(5, () => scan.ReadAsync(limit.Token)));
        Assert.Equal(201, scan.Good);
        // The array on the wire is decoded anew each time: 3 Int16 are 32 bytes.
        Assert.InRange(least, 0, 5 * 32);
    }

    [SkippableTheory]
    [InlineData("None")]
    [InlineData("Aes256_Sha256_RsaPss")]
    public async Task A_steady_notification_of_numbers_allocates_nothing(string security)
    {
        await using var server = await NodeOpcUaServer.StartAsync("""{"nodes":200,"security":true,"changeMs":50}""");
        using var site = new Site();
        await server.TrustAsync(site.Pki);
        await using var driver = await site.ConnectAsync<SubscribingDriver>(new OpcUaOptions
        {
            Host = "127.0.0.1", Port = server.Port, Security = security, Publish = TimeSpan.FromMilliseconds(50), Sampling = TimeSpan.Zero,
        });
        var scan = new PreparedScan(driver, [.. Enumerable.Range(0, 200).Select(n => $"nsu=http://plant.example/line;i={1000 + n}")]);
        using var limit = new CancellationTokenSource();
        var scans = 0L;
        var least = await Task.Run(()
            => LeastAsync(1, [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))] async ValueTask () =>
        {
            await scan.ReadAsync(limit.Token).ConfigureAwait(false);
            await driver.AcknowledgeAsync(++scans, limit.Token).ConfigureAwait(false);
        }));
        Assert.Equal(0, least);
        Assert.Equal(0, driver.Manager.LostNotifications);
    }

    // The quietest batch counts: what one operation allocated would show in every one. The thread pool allocates a few bytes every tenth
    // of a second, so batches are short, and a batch of notifications, which come at their own pace, is a single one.
    private static async Task<long> LeastAsync(int runs, Func<ValueTask> operation)
    {
        for (var i = 0; i < runs; i++) await operation().ConfigureAwait(false);
        var least = long.MaxValue;
        for (var batch = 0; batch < Batches && least > 0; batch++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < runs; i++) await operation().ConfigureAwait(false);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
