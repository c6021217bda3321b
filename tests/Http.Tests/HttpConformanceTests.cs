using System.Text.Json;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Http;
using PlantRuntime.Testing.Server;

namespace PlantRuntime.Http.Tests;

/// <summary>The sink suite in each mode; what came in is read with a parser of its own.</summary>
public abstract class HttpConformanceTests : SinkConformance
{
    private readonly TestServer _server = new();

    protected override ISinkPlugin Plugin => new HttpPlugin();

    protected override object Options => new HttpOptions
    {
        Url = $"{_server.Url}/in",
        Mode = Mode,
        Gzip = true,
        Token = new Secret("s3cret-token"),
    };

    protected abstract HttpMode Mode { get; }

    protected override IReadOnlyList<string> Secrets => ["s3cret-token"];

    // The server works on the same threads, and its share cannot be told apart: AllocationTests measure the sink's own.
    protected override long AllocatedBytesPerBatch => 64 << 20;

    public override void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override IReadOnlyList<StoredSample> Samples() => [.. Records().Where(JsonLine.IsScan).SelectMany(JsonLine.Samples)];

    protected override IReadOnlyList<string> Payloads() => [.. Records().Where(record => !JsonLine.IsScan(record))];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    private IEnumerable<string> Records() => _server.Seen.SelectMany(request => Mode switch
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
