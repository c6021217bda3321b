using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;
using PlantRuntime.Web.Live;

namespace PlantRuntime.Web.Tests.Live;

/// <summary>The differences that the stream sends.</summary>
public sealed class LiveTagsTests : IDisposable
{
    private static readonly SourceLocation s_at = new("site.toml", 1, 1);
    private static readonly DateTime s_time = new(2026, 1, 1, 0, 0, 1, DateTimeKind.Utc);
    private readonly ManualTimeProvider _time = new();
    private readonly PlantLog _log;
    private readonly List<DeviceSupervisor> _devices = [];
    private readonly LiveTags _tags;

    public LiveTagsTests()
    {
        _log = new LogLines().Open(_time, LogLevel.Info);
        _devices.Add(Device("a", "x", "y"));
        _devices.Add(Device("b", "z"));
        _tags = new LiveTags(_devices);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Only_a_change_of_value_or_quality_is_sent_with_the_time_at_which_it_came()
    {
        Assert.True(_tags.Poll());
        Set("b", "z", 7, s_time);
        Assert.False(_tags.Poll());
        Assert.Equal("[2,7,0,1767225601000]", Values());
        Set("b", "z", 7, s_time.AddSeconds(1));
        Assert.False(_tags.Poll());
        Assert.Equal("[]", Values());
        Set("b", "z", Value.Null, s_time.AddSeconds(2), Quality.BadDevice);
        Set("a", "y", "text", s_time.AddSeconds(3));
        Assert.False(_tags.Poll());
        Assert.Equal("""[1,"text",0,1767225604000,2,null,5,1767225603000]""", Values());
        Assert.Equal("""[0,null,3,0,1,"text",0,1767225604000,2,null,5,1767225603000]""", Values(all: true));
    }

    [Fact]
    public void A_reason_is_sent_when_it_changes_and_equal_ones_in_a_row_once()
    {
        _tags.Poll();
        foreach (var (device, tag) in new[] { ("a", "x"), ("a", "y"), ("b", "z") }) SetBad(device, tag, "no \u001b[31manswer");
        Assert.False(_tags.Poll());
        Assert.Equal("""[0,"no \\u001B[31manswer",1,null,2,null]""", Reasons());
        SetBad("a", "y", "other");
        _tags.Poll();
        Assert.Equal("[1,null,3,0]", Values());
        Assert.Equal("""[1,"other"]""", Reasons());
        Assert.Equal("""[0,"no \\u001B[31manswer",1,"other",2,"no \\u001B[31manswer"]""", Reasons(all: true));
        Set("a", "y", 1, s_time);
        SetBad("b", "z", new string('w', 5000));
        _tags.Poll();
        Assert.InRange(Reasons().Length, 100, 600);
        Assert.StartsWith("""[0,"no """, Reasons(all: true), StringComparison.Ordinal);
        Assert.DoesNotContain("other", Reasons(all: true), StringComparison.Ordinal);

        void SetBad(string device, string tag, string reason)
        {
            var found = _devices.Single(d => d.Name == device);
            found.Status.Set([new Sample { Tag = found.Tags.Single(t => t.Name == tag), Quality = Quality.BadComm }], [reason]);
        }

        string Reasons(bool all = false) => Json(json => _tags.WriteReasons(json, all));
    }

    [Fact]
    public void Another_list_of_tags_is_sent_as_a_whole_and_keeps_the_times_of_those_that_stay()
    {
        _tags.Poll();
        Set("b", "z", 7, s_time);
        _tags.Poll();
        _devices.Insert(0, Device("c", "new"));
        Assert.True(_tags.Poll());
        Assert.Equal([("c", "new"), ("a", "x"), ("a", "y"), ("b", "z")], _tags.Names());
        Set("b", "z", 7, s_time.AddSeconds(9));
        Assert.False(_tags.Poll());
        Assert.Equal("[0,null,3,0,1,null,3,0,2,null,3,0,3,7,0,1767225601000]", Values(all: true));
        _devices[1].Apply(_devices[1].Model with { Poll = TimeSpan.FromSeconds(9) }, _devices[1].Tags);
        Assert.True(_tags.Poll());
        _devices.RemoveAt(0);
        Assert.True(_tags.Poll());
        Assert.Equal(3, _tags.Names().Count);
    }

    [Fact]
    public void Definitions_have_limits_and_the_right_to_write()
    {
        var model = Model("a", "x") with { WritableAt = s_at };
        var tagModel = model.Tags[0] with { Low = 0, High = 10, Unit = "bar", Write = new WriteOptions { Range = [1, 9] } };
        model = model with { Tags = [tagModel] };
        _devices[0] = new DeviceSupervisor(model, 1, 1, _time, _log);
        _tags.Poll();
        var tag = JsonNode.Parse(Json(_tags.WriteDefinitions))!["devices"]![0]!["tags"]![0]!;
        Assert.Equal("""{"name":"x","unit":"bar","low":0,"high":10,"write":{"low":1,"high":9}}""", tag.ToJsonString());
    }

    [Fact]
    public void A_tag_that_has_a_single_for_the_first_time_is_defined_anew_and_stays_a_single_without_a_value()
    {
        _tags.Poll();
        Assert.False(_tags.HasNewTypes);
        Set("a", "y", 0.1f, s_time);
        Assert.False(_tags.Poll());
        Assert.True(_tags.HasNewTypes);
        Assert.Equal(["y"], Singles());
        Set("a", "y", Value.Null, s_time, Quality.BadDevice);
        _tags.Poll();
        Assert.False(_tags.HasNewTypes);
        Assert.Equal(["y"], Singles());
        Set("a", "y", 0.1, s_time);
        _tags.Poll();
        Assert.True(_tags.HasNewTypes);
        Assert.Empty(Singles());
    }

    [Fact]
    public void Numbers_are_those_of_good_values()
    {
        Set("a", "x", true, s_time);
        Set("a", "y", 2.5, s_time);
        Set("b", "z", "text", s_time);
        _tags.Poll();
        Assert.Equal([1f, 2.5f, float.NaN], _tags.Numbers.ToArray());
        Set("a", "y", 2.5, s_time, Quality.Stale);
        _tags.Poll();
        Assert.Equal([1f, float.NaN, float.NaN], _tags.Numbers.ToArray());
    }

    [Fact]
    public void A_poll_of_many_tags_allocates_nothing_for_a_tag()
    {
        _devices.Add(Device("many", [.. Enumerable.Range(0, 5000).Select(i => $"t{i}")]));
        for (var i = 0; i < 3; i++) Poll(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 3; i < 13; i++) Poll(i);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5000);

        void Poll(int i)
        {
            Set("many", "t7", i, s_time);
            _tags.Poll();
        }
    }

    private DeviceSupervisor Device(string name, params string[] tags) => new(Model(name, tags), 1, 1, _time, _log);

    private static DeviceModel Model(string name, params string[] tags) => new()
    {
        Name = name, At = s_at, Driver = "script", DriverAt = s_at, Settings = new TomlTable(s_at),
        Scalars = new Dictionary<string, object>(),
        Tags = [.. tags.Select(t => new TagModel { Name = t, At = s_at, Address = t, AddressAt = s_at })],
    };

    private void Set(string device, string tag, Value value, DateTime time, Quality quality = Quality.Good)
    {
        var found = _devices.Single(d => d.Name == device);
        found.Status.Set([new Sample { Tag = found.Tags.Single(t => t.Name == tag), Value = value, Quality = quality, Time = time }]);
    }

    private List<string> Singles() => [.. JsonNode.Parse(Json(_tags.WriteDefinitions))!["devices"]!.AsArray()
        .SelectMany(d => d!["tags"]!.AsArray()).Where(t => t!["single"] is not null).Select(t => (string)t!["name"]!)];

    private string Values(bool all = false) => Json(json => _tags.WriteValues(json, all));

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) write(json);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
