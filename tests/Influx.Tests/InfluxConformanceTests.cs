using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Influx.Tests;

/// <summary>
/// Runs the sink suite against a server that keeps the lines of version 2 in order; a separate parser reads them. (A real InfluxDB loses
/// the order of fields and merges points of one time; see RealInfluxTests.)
/// </summary>
public sealed class InfluxConformanceTests : SinkConformance
{
    private const string Quality = "_quality";
    private readonly ScriptedHttpServer _server = new() { Decide = request => ScriptedReply.From(IsRefused(request) ? 422 : 204) };
    private readonly AllocationFreeServer _quietServer = new();

    protected override ISinkPlugin Plugin => new InfluxPlugin();

    protected override object Options => To(_server.Url);

    protected override object SteadyOptions => To(_quietServer.Url);

    protected override IReadOnlyList<string> Secrets => ["s3cret-token"];

    // The framework allocates objects for a request and its response.
    protected override long AllocatedBytesPerBatch => 16 * 1024;

    public override void Dispose()
    {
        _quietServer.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override IReadOnlyList<StoredSample> Samples() => [.. Points().Where(p => p.Fields[0].Key != "json").SelectMany(Samples)];

    protected override IReadOnlyList<string> Payloads() =>
        [.. Points().Where(p => p.Fields[0].Key == "json").Select(p => p.Fields[0].Value)];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    protected override IEnumerable<StoredSample> StoredArray(string tag, string json) => tag == "none"
        ? [new("press", "none", "", "GOOD")]
        : new[] { ("a_0", "1"), ("a_1", "2.5"), ("a_2", "x \"y\""), ("a_3", "TRUE"), ("a_5_0", "7"), ("a_5_1", "8") }
            .Select(field => new StoredSample("press", field.Item1, field.Item2, "GOOD"));

    protected override void AddRefused(RecordBatch batch) => batch.AddScan(Batches.Start, ("refused", 1, Contracts.Quality.Good));

    private static bool IsRefused(ReceivedRequest request) => request.Text.Contains("refused", StringComparison.Ordinal);

    private static InfluxOptions To(string url) => new()
    {
        Url = url,
        Org = "plant",
        Bucket = "press",
        Token = new Secret("s3cret-token"),
        BadValues = BadSamplePolicy.Keep,
        Payloads = PayloadForm.Json,
    };

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
        _server.Received.Where(r => !IsRefused(r) && r.Target.StartsWith("/api/v2/write?", StringComparison.Ordinal))
            .SelectMany(r => LineParser.Parse(r.Text));
}
