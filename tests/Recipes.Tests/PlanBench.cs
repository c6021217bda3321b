using System.Text;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Tests;

/// <summary>A recipe on a bench: two devices, any sinks, virtual time; what comes out is text, one line a record.</summary>
internal sealed class PlanBench : IRecordOutput, IBlockCheck, IWriteOutput, IImageOutput
{
    private static readonly Dictionary<string, IReadOnlyList<Tag>> s_devices = new()
    {
        ["line"] = [new Tag(0, "speed", "line", "1/min"), new Tag(1, "temp", "line", "°C"), new Tag(2, "running", "line"), new Tag(3, "valve_1", "line"), new Tag(4, "valve_2", "line")],
        ["tank"] = [new Tag(0, "level", "tank"), new Tag(1, "temp", "tank")],
    };

    private long _number;

    public PlanBench(Action<PlanBench> recipe, PlanBench? before = null)
    {
        Time = before?.Time ?? new ManualTimeProvider();
        Builder = new PlanBuilder(
            s_devices, Time, Faults.Add, this, (device, tag) => tag == "level" ? null : $"{device}.{tag} may not be written");
        Line = new TestDevice(Builder, "line");
        Tank = new TestDevice(Builder, "tank");
        recipe(this);
        Plan = Builder.Build();
        foreach (var route in Plan.Routes) route.Output = this;
        foreach (var write in Plan.Writes) write.Output = this;
        foreach (var image in Plan.Images) image.Output = this;
        if (before is not null) Carried = Plan.Load(before.Plan.Save()).ToString();
        Plan.Start();
    }

    /// <summary>What was carried over from the bench before.</summary>
    public string Carried { get; } = "";

    public ManualTimeProvider Time { get; }

    public Plan Plan { get; }

    public PlanBuilder Builder { get; }

    public TestDevice Line { get; }

    public TestDevice Tank { get; }

    public SinkRef Sink { get; } = new("out");

    public List<Exception> Faults { get; } = [];

    public List<string> Records { get; } = [];

    public IReadOnlyList<Mirror> Mirrors => Plan.Mirrors;

    public IEnumerable<string> Problems => Builder.Problems.Select(p => p.Message);

    /// <summary>Pushes a scan of the line; a null leaves the tag's value null and bad.</summary>
    public PlanBench Scan(object? speed, object? temp = null, object? running = null, object? valve1 = null, object? valve2 = null) =>
        Push("line", speed, temp ?? 20.0, running ?? true, valve1 ?? false, valve2 ?? false);

    public PlanBench Push(string device, params object?[] values) => PushAt(device, Time.GetUtcNow().UtcDateTime, values);

    /// <summary>Pushes a scan of the tank with times that the device gave.</summary>
    public PlanBench Tanks(DateTime sourceTime, object? level, object? temp = null) => PushAt("tank", sourceTime, level, temp ?? 20.0);

    private PlanBench PushAt(string device, DateTime sourceTime, params object?[] values)
    {
        var source = Plan.Sources[device];
        var scan = new Scan(source.Schema) { Number = ++_number, Time = Time.GetUtcNow().UtcDateTime, Timestamp = Time.GetTimestamp() };
        scan.Fill([.. values.Select((v, i) => new Sample { Tag = source.Schema.Tags[i], Value = ToValue(v), Quality = v is Quality q ? q : Quality.Good, Time = sourceTime })]);
        source.Push(scan);
        return this;
    }

    public PlanBench Fail(string reason)
    {
        var source = Plan.Sources["line"];
        var scan = new Scan(source.Schema) { Time = Time.GetUtcNow().UtcDateTime, Timestamp = Time.GetTimestamp(), Failure = reason };
        scan.Fill([.. source.Schema.Tags.Select(t => new Sample { Tag = t, Quality = Quality.BadComm })]);
        source.Push(scan);
        return this;
    }

    /// <summary>Lets time pass; operators that are due act at their time.</summary>
    public PlanBench Advance(TimeSpan time)
    {
        for (var end = Time.GetTimestamp() + Builder.Clock.Ticks(time); Time.GetTimestamp() < end;)
        {
            Time.Advance(Builder.Clock.Duration(Math.Min(end, Math.Max(Plan.Due, Time.GetTimestamp() + 1)) - Time.GetTimestamp()));
            Plan.Tick();
        }

        return this;
    }

    /// <summary>Replaces the recipe by another, as a reload does.</summary>
    public PlanBench Reload(Action<PlanBench> recipe) => new(recipe, this);

    /// <summary>What came out since the last call.</summary>
    public string[] Take()
    {
        string[] taken = [.. Records];
        Records.Clear();
        return taken;
    }

    bool IRecordOutput.IsBlocked => false;

    void IRecordOutput.WhenStored(Action done) => done();

    void IRecordOutput.Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
    {
        var line = new StringBuilder(device);
        foreach (var sample in samples)
        {
            line.Append($" {sample.Tag.Name}={(sample.Value.IsNull ? "-" : sample.Value)}");
            if (sample.Quality != Quality.Good) line.Append($":{sample.Quality.ToText()}");
        }

        Records.Add(line.ToString());
    }

    void IRecordOutput.Write(DateTime time, string device, ReadOnlySpan<byte> json) => Records.Add(Encoding.UTF8.GetString(json));

    /// <summary>Only the tank may be written, and no address begins with an X.</summary>
    string? IBlockCheck.Check(string device, string address, int bytes, bool isWritten) =>
        isWritten && device != "tank" ? $"{device} may not be written" : address[0] == 'X' ? $"{device}: bad address of {bytes} bytes" : null;

    void IWriteOutput.Write(Value value, long timestamp) => Records.Add($"write {value} of {timestamp / Time.TimestampFrequency} s");

    void IImageOutput.Write(ReadOnlySpan<byte> image, long timestamp) => Records.Add($"image {Convert.ToHexString(image)} of {timestamp / Time.TimestampFrequency} s");

    void IImageOutput.Skip(string tag, string why) => Records.Add($"no image: {tag} {why}");

    private static Value ToValue(object? value) => value switch
    {
        bool b => b,
        int i => i,
        double d => d,
        float f => f,
        string s => s,
        _ => Value.Null,
    };

    internal sealed class TestDevice(PlanBuilder plan, string name) : Device(plan, name);
}
