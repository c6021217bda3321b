using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Benchmarks;

/// <summary>
/// Simulator scan → scale → range → deadband → a counting sink, all on one thread. The baseline is the same simulator scan alone, so that
/// the ratio tells what the pipeline costs.
/// </summary>
internal static class PipelineBenchmark
{
    private const int TagCount = 500;
    private const int Scans = 4_000;

    public static Task RunAsync()
    {
        var tags = Enumerable.Range(0, TagCount).Select(i => new Tag(i, $"t{i}", "sim")).ToList();
        var count = new CountingOutput();
        var builder = new PlanBuilder(new Dictionary<string, IReadOnlyList<Tag>> { ["sim"] = tags }, TimeProvider.System, e => throw e);
        var flow = new ScanFlow(builder, [builder.Source("sim")]);
        flow.Scale("*", 0.1, 1).Range("*", -1e9, 1e9).Deadband("*", 1e-12).To(new SinkRef("count"));
        var plan = builder.Build();
        plan.Routes[0].Output = count;
        var source = plan.Sources["sim"];
        var scan = new Scan(source.Schema);
        var buffer = new ScanBuffer(tags);
        var plugin = (IDriverPlugin)new SimulatorPlugin();
        var driver = plugin.Open(Activator.CreateInstance(plugin.OptionsType)!, BenchmarkFixture.Context("sim"));
        var reader = driver.Prepare([.. tags.Select(t => new TagDefinition(t.Name, "counter step=1 every=1ms"))]);
        driver.ConnectAsync(default).AsTask().Wait();

        for (var i = 0; i < 500; i++) Pipeline();
        count.Samples = 0;
        var ratios = new List<double>();
        var rates = new List<double>();
        long produced = 0;
        for (var round = 0; round < 5; round++)
        {
            var bare = Measure.CpuSeconds(() => Repeat(Read));
            var full = Measure.CpuSeconds(() => Repeat(Pipeline));
            produced += (long)Scans * TagCount;
            rates.Add(Scans * TagCount / full);
            ratios.Add(full / bare);
        }

        Action pipeline = Pipeline;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(pipeline);
        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / (Scans * TagCount);
        Measure.Print("pipeline: samples/s on one core", $"{Measure.Median(rates) / 1e6:0.0} million", Measure.Median(rates) >= 2e6,
            ">= 2 million");
        Measure.Print("pipeline: bytes allocated a sample", $"{bytes:0.000}", bytes == 0, "0");
        Measure.Print("pipeline: scan + pipeline / scan alone",
            $"{Measure.Median(ratios):0.00} ({count.Samples} of {produced} let through)", true, "-");
        return Task.CompletedTask;

        void Read()
        {
            buffer.Reset(DateTime.UnixEpoch);
            if (!reader.ReadAsync(buffer, default).IsCompletedSuccessfully) throw new InvalidOperationException("the simulator waited");
        }

        void Pipeline()
        {
            Read();
            scan.Schema = source.Schema;
            scan.Fill(buffer.Samples);
            source.Push(scan);
        }
    }

    private static void Repeat(Action work)
    {
        for (var i = 0; i < Scans; i++) work();
    }

    private sealed class CountingOutput : IRecordOutput
    {
        public bool IsBlocked => false;

        public void WhenStored(Action done) => done();

        public long Samples { get; set; }

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples) => Samples += samples.Length;

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json) => Samples++;
    }
}
