using System.Text.Json;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>Runs the sink suite in each mode; received bodies are read with a separate parser.</summary>
public abstract class HttpConformanceTests : SinkConformance
{
    private readonly ScriptedHttpServer _server = new() { Decide = request => ScriptedReply.From(IsRefused(request) ? 422 : 204) };
    private readonly AllocationFreeServer _quietServer = new();

    protected override ISinkPlugin Plugin => new HttpPlugin();

    protected override object Options => To(_server.Url);

    protected override object SteadyOptions => To(_quietServer.Url);

    protected abstract HttpMode Mode { get; }

    protected override IReadOnlyList<string> Secrets => ["s3cret-token"];

    // The framework allocates objects for a request and its response.
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

    private static bool IsRefused(ReceivedRequest request) => request.Text.Contains("refused", StringComparison.Ordinal);

    private HttpOptions To(string url) => new()
    {
        Url = $"{url}/in",
        Mode = Mode,
        Gzip = true,
        Token = new Secret("s3cret-token"),
        InFlight = 4,
    };

    private IEnumerable<string> Records() => _server.Received.Where(request => !IsRefused(request)).SelectMany(request => Mode switch
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
