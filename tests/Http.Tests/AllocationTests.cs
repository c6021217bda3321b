using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_record_costs_nothing_once_the_body_has_its_size(bool asLines)
    {
        var batch = Batches.Counting(1, 0, 1000);
        batch.AddScan(Batches.Start, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("b", Value.Null, Quality.BadRange));
        var body = new RecordBody();
        for (var warm = 0; warm < 3; warm++) body.Write(batch, asLines);

        var before = GC.GetAllocatedBytesForCurrentThread();
        body.Write(batch, asLines);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
