using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

public abstract partial class SinkConformance
{
    [SkippableFact]
    public async Task Allocates_nothing_a_record_once_steady()
    {
        await using var sink = await ConnectAsync();
        var batch = Empty(0);
        batch.AddScan(
            Start, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("u", ulong.MaxValue, Quality.Stale), ("b", true, Quality.BadRange));
        for (var i = 1; i < 1000; i++) batch.Add(batch[0]);
        const int Batches = 5;
        for (var warm = 0; warm < 3; warm++) await WriteNext();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Batches; i++) await WriteNext();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Batches;
        Assert.True(each <= AllocatedBytesPerBatch, $"a batch of {batch.Count} records allocated {each} bytes, not at most {AllocatedBytesPerBatch}");

        ValueTask WriteNext()
        {
            batch.Number++;
            return sink.WriteAsync(batch, default);
        }
    }

    [SkippableFact]
    public Task A_plugin_unloads_after_use() => CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(Plugin.GetType().Assembly), UseAsync);

    private async Task UseAsync(IPlugin plugin)
    {
        var other = (ISinkPlugin)plugin;
        await using var sink = other.Open(OptionsCopy.To(other.OptionsType, Options), Context);
        await sink.ConnectAsync(default);
        var batch = Counting(1, 0, 10);
        batch.Add(Start, "press", "{}"u8);
        await sink.WriteAsync(batch, default);
    }
}
