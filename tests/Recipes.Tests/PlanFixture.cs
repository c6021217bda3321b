using System.Text;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Tests;

/// <summary>Runs a recipe with two devices, any sinks and virtual time, and collects the output as text, one line per record.</summary>
internal sealed class PlanFixture : IRecordOutput, IBlockCheck, IWriteOutput, IBlockOutput
{
    private static readonly Dictionary<string, IReadOnlyList<Tag>> s_devices = new()
    {
        ["line"] = [new Tag(0, "speed", "line", "1/min"), new Tag(1, "temp", "line", "°C"), new Tag(2, "running", "line"),
            new Tag(3, "valve_1", "line"), new Tag(4, "valve_2", "line")],
        ["tank"] = [new Tag(0, "level", "tank"), new Tag(1, "temp", "tank")],
    };

    private long _number;
    private readonly TimeZoneInfo? _zone;
    private DateTime? _deviceTime;

    public PlanFixture(Action<PlanFixture> recipe, PlanFixture? before = null, ISiteStatus? status = null, TimeZoneInfo? zone = null)
    {
        _zone = zone;
        Time = before?.Time ?? new ManualTimeProvider();
        Builder = new PlanBuilder(
            s_devices, Time, Faults.Add, this, (device, tag) => tag == "level" ? null : $"{device}.{tag} may not be written", status, zone);
        Site = new SiteFlows(Builder);
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

    /// <summary>The result of the state transfer from the fixture before.</summary>
    public string Carried { get; } = "";

    public ManualTimeProvider Time { get; }

    public Plan Plan { get; }

    public PlanBuilder Builder { get; }

    public SiteFlows Site { get; }

    public TestDevice Line { get; }

    public TestDevice Tank { get; }

    public SinkRef Sink { get; } = new("out");

    public List<Exception> Faults { get; } = [];

    public List<string> Records { get; } = [];

    public IReadOnlyList<Mirror> Mirrors => Plan.Mirrors;

    public IEnumerable<string> Problems => Builder.Problems.Select(p => p.Message);

    /// <summary>Pushes a scan of the line; a null gives the tag a null value.</summary>
    public PlanFixture Scan(object? speed, object? temp = null, object? running = null, object? valve1 = null, object? valve2 = null) =>
        Push("line", speed, temp ?? 20.0, running ?? true, valve1 ?? false, valve2 ?? false);

    public PlanFixture Push(string device, params object?[] values) => PushAt(device, Time.GetUtcNow().UtcDateTime, values);

    /// <summary>Pushes a scan of the tank with times from the device.</summary>
    public PlanFixture Tanks(DateTime sourceTime, object? level, object? temp = null) => PushAt("tank", sourceTime, level, temp ?? 20.0);

    /// <summary>Pushes a scan of the line with the device's time of the whole scan, as an MQTT message with its own time.</summary>
    public PlanFixture ScanOf(DateTime deviceTime, object? speed, object? running = null)
    {
        _deviceTime = deviceTime;
        PushAt("line", deviceTime, speed, 20.0, running ?? true, false, false);
        _deviceTime = null;
        return this;
    }

    private PlanFixture PushAt(string device, DateTime sourceTime, params object?[] values)
    {
        var source = Plan.Sources[device];
        var scan = new Scan(source.Schema) { Number = ++_number, Time = Time.GetUtcNow().UtcDateTime, Timestamp = Time.GetTimestamp() };
        scan.DeviceTime = _deviceTime;
        scan.Fill([.. values.Select(
            (v, i) => new Sample
                { Tag = source.Schema.Tags[i], Value = ToValue(v), Quality = v is Quality q ? q : Quality.Good, Time = sourceTime })]);
        source.Push(scan);
        return this;
    }

    public PlanFixture Fail(string reason)
    {
        var source = Plan.Sources["line"];
        var scan = new Scan(source.Schema) { Time = Time.GetUtcNow().UtcDateTime, Timestamp = Time.GetTimestamp(), Failure = reason };
        scan.Fill([.. source.Schema.Tags.Select(t => new Sample { Tag = t, Quality = Quality.BadComm })]);
        source.Push(scan);
        return this;
    }

    /// <summary>Advances the time; timed operators run at their times.</summary>
    public PlanFixture Advance(TimeSpan time)
    {
        for (var end = Time.GetTimestamp() + Builder.Clock.Ticks(time); Time.GetTimestamp() < end;)
        {
            Time.Advance(Builder.Clock.Duration(Math.Min(end, Math.Max(Plan.Due, Time.GetTimestamp() + 1)) - Time.GetTimestamp()));
            Plan.Tick();
        }

        return this;
    }

    /// <summary>Replaces the recipe by another one, as a reload does.</summary>
    public PlanFixture Reload(Action<PlanFixture> recipe) => new(recipe, this, zone: _zone);

    /// <summary>Returns and removes the output since the last call.</summary>
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

    /// <summary>Allows writes only to the tank, and no address that begins with X.</summary>
    string? IBlockCheck.Check(string device, string address, int bytes, bool isWritten) =>
        isWritten && device != "tank" ? $"{device} may not be written" : address[0] == 'X' ? $"{device}: bad address of {bytes} bytes"
            : null;

    public bool HasFailed { get; set; }

    public void Refuse(Value value, long timestamp, string reason) => Records.Add($"refused {value}: {reason}");

    void IWriteOutput.Write(Value value, long timestamp) => Records.Add($"write {value} of {timestamp / Time.TimestampFrequency} s");

    void IBlockOutput.Write(ReadOnlySpan<byte> image, long timestamp) =>
        Records.Add($"image {Convert.ToHexString(image)} of {timestamp / Time.TimestampFrequency} s");

    void IBlockOutput.Skip(string tag, string why) => Records.Add($"no image: {tag} {why}");

    private static Value ToValue(object? value) => value switch
    {
        bool b => b,
        int i => i,
        double d => d,
        float f => f,
        string s => s,
        Value v => v,
        _ => Value.Null,
    };

    internal sealed class TestDevice(PlanBuilder plan, string name) : Device(plan, name);
}
