using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;
using static PlantRuntime.Conformance.Sinks.Batches;

namespace PlantRuntime.Conformance.Sinks;

public abstract partial class SinkConformance
{
    private const int ManyRecords = 1000;

    // Buffers that grow now and then, spread over the rounds.
    private const long Growth = 4096;

    [SkippableFact]
    public async Task Allocates_nothing_a_record_once_steady()
    {
        await using var sink = Plugin.Open(SteadyOptions, Context);
        await sink.ConnectAsync(default);
        var number = 0L;
        var one = await LeastAllocatedAsync(1, AllocatedBytesPerBatch);
        var most = one + Growth + (AllocatedBytesPerRecord * (ManyRecords - 1));
        var many = await LeastAllocatedAsync(ManyRecords, most);

        Assert.True(one <= AllocatedBytesPerBatch, $"a batch of one record allocated {one} bytes, not at most {AllocatedBytesPerBatch}");
        Assert.True(many <= most, $"a batch of {ManyRecords} records allocated {many} bytes, not at most {most}; of one record {one}");

        // Of the whole process, since a call over a network ends on another thread: others allocate too, but not in every round.
        async Task<long> LeastAllocatedAsync(int records, long enough)
        {
            var scan = Of(
                0, ("f", 0.1f, Quality.Good), ("t", "text °C", Quality.Good), ("u", ulong.MaxValue, Quality.Stale), ("b", true, Quality.BadRange),
                ("a", Value.Of([1, 2.5, true]), Quality.Good))[0];
            var (batch, least) = (Empty(0), long.MaxValue);
            for (var round = 0; round == 0 || (round < 200 && least > enough); round++)
            {
                batch.Clear();
                batch.Number = ++number;
                for (var i = 0; i < records; i++) batch.Add(Start, scan.Device, scan.Samples.Span);
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await sink.WriteAsync(batch, default);
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            return least;
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
