using PlantRuntime.Conformance;
using PlantRuntime.S7.Tests.Testing;

namespace PlantRuntime.S7.Tests;

/// <summary>Counts bytes of the whole process, so it runs while no other test does.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public class AllocationTests
{
    [Fact]
    public async Task A_steady_scan_allocates_nothing()
    {
        var memory = new byte[4096];
        memory.AsSpan().Fill(0x11);
        using var cpu = new MemoryCpu(memory);
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = cpu.Port });
        await driver.ConnectAsync(CancellationToken.None);
        // Every sort of tag in many requests, a text longer than a PDU, and two tags that are refused at every scan.
        var scan = new S7Scan(driver, [
            .. Enumerable.Range(0, 200).Select(n => $"DB1.DBD{4 * n}:REAL"),
            .. Enumerable.Range(0, 100).Select(n => $"DB{2 + n}.DBW{2 * n}:INT"),
            .. Enumerable.Range(0, 100).Select(n => $"M{n}.5"),
            "DB1.DBB900:STRING[10]", "DB1.DBB2000:STRING[254]", "DB1.DBB1000:DTL", "DB1.DBB1100:DT", "T1", "C1",
            "DB1.DBD1200:REAL[100]", "DB1.DBX1700.0:BOOL[64]", "DB1.DBB1800:STRING[10][3]", "DB900.DBW0", "DB901.DBW0"]);
        // A host keeps one source a device and resets it; the token must be one that can be cancelled.
        using var limit = new CancellationTokenSource();

        var least = await AllocationMeter.LeastBytesAsync(() => scan.ReadAsync(limit.Token));

        Assert.Equal(406, scan.Good);
        Assert.Equal(0, least);
    }

    [Theory]
    [InlineData(14)]
    [InlineData(4000)]
    public async Task A_steady_block_allocates_nothing(int bytes)
    {
        using var cpu = new MemoryCpu(new byte[4096]);
        await using var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = cpu.Port });
        await driver.ConnectAsync(CancellationToken.None);
        var block = driver.PrepareBlock("DB1", bytes);
        var image = new byte[bytes];
        using var limit = new CancellationTokenSource();

        var reading = await AllocationMeter.LeastBytesAsync(() => block.ReadAsync(image, limit.Token));
        var writing = await AllocationMeter.LeastBytesAsync(() => block.WriteAsync(0, image, limit.Token));

        Assert.Equal((0, 0), (reading, writing));
    }
}
