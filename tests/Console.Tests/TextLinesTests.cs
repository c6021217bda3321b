using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Console;

namespace PlantRuntime.Console.Tests;

public sealed class TextLinesTests
{
    private readonly PluginContext _context =
        new("screen", "press-hall", Path.GetTempPath(), new ManualTimeProvider(), new CapturingPluginLog());

    [Fact]
    public async Task A_scan_is_one_readable_line()
    {
        var batch = Batches.Of(
            1, ("a", 1.5, Quality.Good), ("b", Value.Null, Quality.BadRange), ("on", true, Quality.Good), ("count", 12, Quality.Stale),
            ("lot", "L 7", Quality.Good));

        Assert.Equal(
            "08:00:00.123 press  a=1.5 bar  b=- BAD_RANGE  on=TRUE bar  count=12 bar STALE  lot=\"L 7\" bar\n", await ShowAsync(batch));
    }

    [Fact]
    public async Task A_payload_is_shown_as_its_json()
    {
        var batch = Batches.Empty(1);
        batch.Add(Batches.Start, "press", """{"ts":1,"°C":2}"""u8);

        Assert.Equal("08:00:00.123 press  {\"ts\":1,\"°C\":2}\n", await ShowAsync(batch));
    }

    [Fact]
    public async Task A_device_cannot_break_the_line_or_steer_the_terminal()
    {
        var batch = Batches.Of(1, ("a", "x\r\ny\t\u001b[2J\u009b", Quality.Good));

        Assert.Equal("08:00:00.123 press  a=\"x\\r\\ny\\t\\u001b[2J\\u009b\" bar\n", await ShowAsync(batch));
    }

    [Fact]
    public async Task Numbers_are_written_as_everywhere()
    {
        var batch = Batches.Empty(1);
        Value[] values = [0.1f, ulong.MaxValue, double.NaN, double.NegativeInfinity, -7, Value.Of([1, "x\n", Value.Of([])])];
        batch.Add(Batches.Start, "d", values.Select((v, i) => new Sample { Tag = new Tag(i, $"v{i}", "d"), Value = v }).ToArray());

        Assert.Equal(
            "08:00:00.123 d  v0=0.1  v1=18446744073709551615  v2=NaN  v3=-Infinity  v4=-7  v5=[1, \"x\\n\", []]\n", await ShowAsync(batch));
    }

    private async Task<string> ShowAsync(RecordBatch batch)
    {
        var writer = new StringWriter();
        await using var sink = new ConsolePlugin(writer).Open(new ConsoleOptions(), _context);
        await sink.ConnectAsync(default);
        await sink.WriteAsync(batch, default);
        return writer.ToString();
    }
}
