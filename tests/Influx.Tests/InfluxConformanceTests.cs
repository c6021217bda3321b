using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Influx.Tests;

/// <summary>
/// The sink suite against a server that keeps the lines of version 2 in order, read by a parser of its own. (A real InfluxDB forgets the
/// order of fields and merges points of one time; see RealInfluxTests.)
/// </summary>
public sealed class InfluxConformanceTests : SinkConformance
{
    private const string Quality = "_quality";
    private readonly TestServer _server = new();

    protected override ISinkPlugin Plugin => new InfluxPlugin();

    protected override object Options => new InfluxOptions
    {
        Url = _server.Url,
        Org = "plant",
        Bucket = "press",
        Token = new Secret("s3cret-token"),
        BadValues = BadValues.Keep,
        Payloads = PayloadForm.Json,
    };

    protected override IReadOnlyList<string> Secrets => ["s3cret-token"];

    // The server works on the same threads, and its share cannot be told apart: LineTests measure the sink's own.
    protected override long AllocatedBytesPerBatch => 64 << 20;

    public override void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override IReadOnlyList<StoredSample> Samples() => [.. Points().Where(p => p.Fields[0].Key != "json").SelectMany(Samples)];

    protected override IReadOnlyList<string> Payloads() =>
        [.. Points().Where(p => p.Fields[0].Key == "json").Select(p => p.Fields[0].Value)];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    private static IEnumerable<StoredSample> Samples(ParsedPoint point)
    {
        var fields = point.Fields.ToDictionary();
        foreach (var (name, value) in point.Fields)
        {
            var tag = name.EndsWith(Quality, StringComparison.Ordinal) ? name[..^Quality.Length] : name;
            if (tag != name && fields.ContainsKey(tag)) continue;
            yield return new StoredSample(
                point.Tags["device"], tag, tag == name ? value : "", fields.GetValueOrDefault(tag + Quality, "GOOD"));
        }
    }

    private IEnumerable<ParsedPoint> Points() =>
        _server.Seen.Where(r => r.Target.StartsWith("/api/v2/write?", StringComparison.Ordinal)).SelectMany(r => LineParser.Parse(r.Text));
}
