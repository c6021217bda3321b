using System.Text;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Nats.Tests.Testing;

namespace PlantRuntime.Nats.Tests;

/// <summary>Runs the sink conformance suite: publishes to a stream of nats-server and reads it back with another connection.</summary>
[Trait("Needs", "Server")]
public sealed class NatsConformanceTests(NatsServerFixture server) : SinkConformance, IClassFixture<NatsServerFixture>
{
    private readonly string _stream = $"T{Guid.NewGuid():N}";

    protected override ISinkPlugin Plugin => new NatsPlugin();

    protected override object Options => new NatsSinkOptions
    {
        Servers = [Address],
        Subject = $"{_stream}.{{device}}",
        Stream = new NatsStreamOptions { Name = _stream },
    };

    protected override bool RefusesDuplicates => true;

    // The library allocates for each message: headers, strings of subjects, and the bytes on their way.
    protected override long AllocatedBytesPerBatch => 4 * 1024 * 1024;

    private string Address => $"127.0.0.1:{server.Port}";

    protected override IReadOnlyList<StoredSample> Samples() => [.. Lines().Where(JsonLine.IsScan).SelectMany(JsonLine.Samples)];

    protected override IReadOnlyList<string> Payloads() => [.. Lines().Where(line => !JsonLine.IsScan(line))];

    protected override string Shown(Value value) => value.IsNumber && !double.IsFinite(value.Number) ? "" : base.Shown(value);

    // A payload that is longer than the server's max_payload of 2 MB.
    protected override void AddRefused(RecordBatch batch) =>
        batch.Add(Batches.Start, "press", Encoding.UTF8.GetBytes($$"""{"a":"{{new string('x', 2 << 20)}}"}"""));

    private IEnumerable<string> Lines() =>
        StoredStream.ReadAsync(Address, _stream).GetAwaiter().GetResult().Select(message => message.Payload);
}
