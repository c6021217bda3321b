using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

public sealed class JsonlConformanceTests : SinkConformance
{
    protected override ISinkPlugin Plugin => new JsonlPlugin();

    protected override object Options => new JsonlOptions { Path = "data/lines.jsonl" };

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
