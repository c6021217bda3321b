using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Tests;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools.Recording;

namespace PlantRuntime.Tools.Tests.Recording;

public sealed class RecordingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly DateTime s_at = new(2026, 11, 21, 10, 0, 0, 123, DateTimeKind.Utc);
    private readonly ManualTimeProvider _time = new();
    private readonly GatedStream _reader = new();
    private readonly DeviceSupervisor _press;
    private readonly ScanGroup _group;
    private PlantRuntime.Tools.Recording.Recording? _recording;
    private bool _isOver;

    public RecordingTests()
    {
        var model = SiteParts.Device("press", SiteParts.Tag("good"), SiteParts.Tag("amps"), SiteParts.Tag("order"));
        _press = new DeviceSupervisor(model, 1, 64, _time, new LogLines().Open(_time, LogLevel.Debug));
        _group = new ScanGroup(model.Tags.Zip(_press.Tags), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_scan_is_a_line_and_what_is_masked_is_not_in_it()
    {
        _reader.Open();
        var sending = Start("*.ord?r", "amps");
        Deliver(null, Sample(0, true), Sample(1, 12.5), Sample(2, "A-17"));
        Deliver(null, Sample(0, false), Sample(1, Value.Null, Quality.BadRange));
        Deliver("tcp://me:secret@10.0.0.1: no answer", Sample(0, Value.Null, Quality.BadComm));
        _recording!.End();
        await sending.WaitAsync(s_patience);
        Assert.Equal(
            [
                """{"d":"press","t":"2026-11-21T10:00:00.123Z","v":{"good":true,"amps":null,"order":"***"}}""",
                """{"d":"press","t":"2026-11-21T10:00:00.123Z","v":{"good":false,"amps":null},"q":{"amps":"BAD_RANGE"}}""",
                """{"d":"press","t":"2026-11-21T10:00:00.123Z","v":{"good":null},"q":{"good":"BAD_COMM"},"f":"tcp://10.0.0.1: no answer"}""",
                """{"lost":0}""",
            ],
            _reader.Lines);
        Assert.True(_isOver);
    }

    [Fact]
    public async Task What_a_slow_reader_does_not_take_is_counted_and_the_device_goes_on()
    {
        var sending = Start();
        Deliver(null, Sample(0, true));
        await _reader.Waiting.WaitAsync(s_patience);
        for (var i = 0; i < 1500; i++) Deliver(null, Sample(0, true));
        _reader.Open();
        _recording!.End();
        await sending.WaitAsync(s_patience);
        Assert.Equal((1002, """{"lost":500}"""), (_reader.Lines.Length, _reader.Lines[^1]));
    }

    [Theory]
    [InlineData("opc.tcp://user:pass@host:4840 refused", "opc.tcp://host:4840 refused")]
    [InlineData("no answer from admin:p@ss@10.0.0.9:502", "no answer from 10.0.0.9:502")]
    [InlineData("\"https://a:b@host/x\": 401", "\"https://host/x\": 401")]
    [InlineData("10.0.0.9:502: no answer at once", "10.0.0.9:502: no answer at once")]
    [InlineData("ask support@example.org", "ask support@example.org")]
    public void A_reason_names_no_user(string reason, string shown) => Assert.Equal(shown, CaptureFormat.WithoutUser(reason));

    private async Task Start(params string[] mask)
    {
        using var recording = _recording = new PlantRuntime.Tools.Recording.Recording(new JsonObject(), [_press], new TagMask(mask),
            _ => _isOver = true);
        await recording.SendAsync(_reader, CancellationToken.None);
    }

    private Sample Sample(int tag, Value value, Quality quality = Quality.Good) =>
        new() { Tag = _press.Tags[tag], Value = value, Quality = quality, Time = s_at };

    private void Deliver(string? failure, params Sample[] samples) =>
        _press.Publish(_group, new ScanInfo(0, s_at, 0, failure), samples, TimeSpan.Zero);
}
