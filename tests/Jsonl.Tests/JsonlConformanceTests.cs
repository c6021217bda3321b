using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

public sealed class JsonlConformanceTests : SinkConformance
{
    [Fact]
    public void Leaves_memory_when_unloaded() =>
        Assert.True(SinkUnloading.Leaves(PluginOutput.Folder(GetType().Assembly), Context, ("Path", "data/lines.jsonl")));

    protected override ISink Open() => new JsonlPlugin().Open(new JsonlOptions { Path = "data/lines.jsonl" }, Context);

    protected override IReadOnlyList<StoredSample> Samples() => [.. Lines().Where(JsonLine.IsScan).SelectMany(JsonLine.Samples)];

    protected override IReadOnlyList<string> Payloads() => [.. Lines().Where(line => !JsonLine.IsScan(line))];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    private string[] Lines()
    {
        var text = File.ReadAllText(Folder.Of("data", "lines.jsonl"));
        Assert.True(text.Length == 0 || text[^1] == '\n', "the file ends in the middle of a line");
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
