using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

public abstract partial class SinkConformance
{
    [SkippableFact]
    public async Task Allocates_nothing_a_record_once_steady()
    {
        const int Rounds = 1000;
        await using var sink = Plugin.Open(SteadyOptions, Context);
        await sink.ConnectAsync(default);
        var scan = Of(
            0, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("u", ulong.MaxValue, Quality.Stale),
            ("b", true, Quality.BadRange), ("a", Value.Of([1, 2.5, true]), Quality.Good))[0];
        var (batch, least) = (Empty(0), long.MaxValue);

        // Counts the whole process, because a call over a network ends on another thread. Other code allocates too, but not in every round.
        for (var round = 1; round == 1 || (round <= Rounds && least > AllocatedBytesPerBatch); round++)
        {
            batch.Clear();
            batch.Number = round;
            for (var i = 0; i < 1000; i++) batch.Add(Start, scan.Device, scan.Samples.Span);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await sink.WriteAsync(batch, default);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.True(
            least <= AllocatedBytesPerBatch,
            $"a batch of {batch.Count} records allocated {least} bytes, not at most {AllocatedBytesPerBatch}");
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
