using System.Text.Json;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Http.Tests;

/// <summary>The sink suite in each mode; what came in is read with a parser of its own.</summary>
public abstract class HttpConformanceTests : SinkConformance
{
    private readonly TestServer _server = new() { Decide = request => Reply.Of(IsRefused(request) ? 422 : 204) };
    private readonly QuietServer _quietServer = new();

    protected override ISinkPlugin Plugin => new HttpPlugin();

    protected override object Options => To(_server.Url);

    protected override object SteadyOptions => To(_quietServer.Url);

    protected abstract HttpMode Mode { get; }

    protected override IReadOnlyList<string> Secrets => ["s3cret-token"];

    // The framework's objects for a request and its answer.
    protected override long AllocatedBytesPerBatch => 16 * 1024;

    public override void Dispose()
    {
        _quietServer.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override IReadOnlyList<StoredSample> Samples() => [.. Records().Where(JsonLine.IsScan).SelectMany(JsonLine.Samples)];

    protected override IReadOnlyList<string> Payloads() => [.. Records().Where(record => !JsonLine.IsScan(record))];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    protected override void AddRefused(RecordBatch batch) => batch.AddScan(Batches.Start, ("refused", 1, Quality.Good));

    private static bool IsRefused(SeenRequest request) => request.Text.Contains("refused", StringComparison.Ordinal);

    private HttpOptions To(string url) => new()
    {
        Url = $"{url}/in",
        Mode = Mode,
        Gzip = true,
        Token = new Secret("s3cret-token"),
        InFlight = 4,
    };

    private IEnumerable<string> Records() => _server.Seen.Where(request => !IsRefused(request)).SelectMany(request => Mode switch
    {
        HttpMode.Single => [request.Text],
        HttpMode.Lines => request.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        _ => Items(request.Text),
    });

    private static string[] Items(string array)
    {
        using var document = JsonDocument.Parse(array);
        return [.. document.RootElement.EnumerateArray().Select(item => item.GetRawText())];
    }
}
