using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.Tests.RecipeHost;

public sealed class RecipeRunnerTests : IRecordOutput
{
    private readonly List<double> _means = [];

    bool IRecordOutput.IsBlocked => false;

    /// <summary>A recipe that was busy finds a window due and scans waiting that were read before its end.</summary>
    [Fact]
    public async Task Scans_read_before_an_operator_is_due_are_run_before_it_acts()
    {
        var time = new ManualTimeProvider();
        Tag[] tags = [new(0, "speed", "line")];
        var builder = new PlanBuilder(new Dictionary<string, IReadOnlyList<Tag>> { ["line"] = tags }, time, e => Assert.Fail(e.ToString()));
        new Line(builder).Scans.Window(TimeSpan.FromMinutes(1)).Mean("speed").To(new SinkRef("lines"));
        var plan = builder.Build();
        plan.Routes[0].Output = this;
        var queue = new ScanQueue();
        var inbox = new ScanSubscription(queue, plan.Sources["line"].Schema, 10);
        inbox.Attach(plan.Sources["line"]);
        queue.Open();
        foreach (var speed in new[] { 10.0, 20, 90 })
        {
            inbox.OnScan(new ScanInfo(1, time.GetUtcNow().UtcDateTime, time.GetTimestamp(), null),
                [new Sample { Tag = tags[0], Value = speed }]);
            time.Advance(TimeSpan.FromSeconds(35));
        }

        var runner = new RecipeRunner("line.csx", new LoadedRecipe(null!, plan, new ExecutionGuard()), queue,
            (_, e) => Assert.Fail(e.ToString()), time);
        runner.Start();
        runner.Finish();
        await runner.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([15], _means);
    }

    void IRecordOutput.WhenStored(Action done) => done();

    void IRecordOutput.Write(DateTime time, string device, ReadOnlySpan<Sample> samples) => _means.Add(samples[0].Value.Number);

    void IRecordOutput.Write(DateTime time, string device, ReadOnlySpan<byte> json)
    {
    }

    private sealed class Line(PlanBuilder plan) : Device(plan, "line");
}
