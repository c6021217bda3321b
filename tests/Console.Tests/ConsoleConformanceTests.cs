using System.Text;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Console;

namespace PlantRuntime.Console.Tests;

public sealed class ConsoleConformanceTests : SinkConformance
{
    // Large enough for the output of a test: growing would count as allocations of the sink.
    private readonly StringWriter _out = new(new StringBuilder(2_000_000));

    protected override ISinkPlugin Plugin => new ConsolePlugin(_out);

    protected override object Options => new ConsoleOptions { Format = ConsoleFormat.Json };

    protected override IReadOnlyList<StoredSample> Samples() => [.. Lines().Where(JsonLine.IsScan).SelectMany(JsonLine.Samples)];

    protected override IReadOnlyList<string> Payloads() => [.. Lines().Where(line => !JsonLine.IsScan(line))];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    private string[] Lines() => _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
