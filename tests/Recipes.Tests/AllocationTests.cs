using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Tests;

public class AllocationTests
{
    [Fact]
    public void A_steady_scan_through_every_operator_with_state_allocates_nothing()
    {
        var time = new ManualTimeProvider();
        var sink = new SinkRef("none");
        Tag[] tags = [.. Enumerable.Range(0, 20).Select(i => new Tag(i, $"t{i}", "line"))];
        var builder = new PlanBuilder(new Dictionary<string, IReadOnlyList<Tag>> { ["line"] = tags }, time, e => throw e);
        var scans = new ScanFlow(builder, [builder.Source("line")]);
        scans.Deadband("*", 0.5).To(sink);
        scans.OnChange().To(sink);
        scans.Throttle(1.Seconds).To(sink);
        scans.Every(10.Seconds).To(sink);
        scans.Window(10.Seconds).Mean().To(sink);
        scans.Window(10.Seconds).Last("t1*").To(sink);
        scans.Rate("*", CounterKind.Bits16).To(sink);
        scans.Ewma("*", 0.1).Anomaly("*", 3, 10.Seconds).To(sink);
        scans.Events("t?", above: 1e9).To(sink);
        scans.GroupByTime(20, 2.Seconds).Where(g => g.Count < 0).Payload(g => new { g.Values }).To(sink);
        var plan = builder.Build();
        foreach (var route in plan.Routes) route.Output = new Nowhere();
        plan.Start();
        var scan = new Scan(plan.Sources["line"].Schema);
        var samples = tags.Select(t => new Sample { Tag = t }).ToArray();
        var at = 0;
        Run(1000);
        Assert.Equal(0, AllocationMeter.ThreadBytes(0, () => Run(1000)));

        void Run(int count)
        {
            for (var end = at + count; at < end; at++)
            {
                scan.Schema = plan.Sources["line"].Schema;
                time.Advance(TimeSpan.FromSeconds(1));
                plan.Tick();
                scan.Timestamp = time.GetTimestamp();
                scan.Time = time.GetUtcNow().UtcDateTime;
                for (var i = 0; i < samples.Length; i++) samples[i] = samples[i] with { Value = at % 17 + i, Time = scan.Time };
                scan.Fill(samples);
                plan.Sources["line"].Push(scan);
            }
        }
    }

    private sealed class Nowhere : IRecordOutput
    {
        public bool IsBlocked => false;

        public void WhenStored(Action done) => done();

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
        }
    }
}
