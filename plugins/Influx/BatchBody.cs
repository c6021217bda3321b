using System.Net.Http.Headers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx.Line;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Influx;

/// <summary>
/// Encodes one batch at a time as the body of a request. Its memory is used again, so that a steady flow allocates nothing for a record.
/// <see cref="InfluxSink"/> pools these; each belongs to one request at a time; performs no I/O.
/// </summary>
internal sealed class BatchBody
{
    private static readonly MediaTypeHeaderValue s_lines = new("text/plain", "utf-8");
    private readonly BodyBuffer _buffer = new();
    private readonly RecordLines _records;
    private readonly bool _isCompressed;

    public BatchBody(InfluxOptions options, PluginContext context)
    {
        Points = new PointWriter(_buffer.Bytes, options, context.Site, context.Tenant);
        _records = new RecordLines(Points, options.BadValues, options.Payloads);
        _isCompressed = options.Gzip;
    }

    public PointWriter Points { get; }

    public bool IsEmpty => _buffer.Bytes.WrittenCount == 0;

    /// <summary>Encodes a batch.</summary>
    /// <returns>Indexes of the records that hold nothing that InfluxDB could store; null for none.</returns>
    public List<int>? Fill(RecordBatch batch)
    {
        List<int>? empty = null;
        _buffer.Bytes.ResetWrittenCount();
        for (var i = 0; i < batch.Count; i++)
        {
            if (!_records.Write(batch[i])) (empty ??= []).Add(i);
        }

        return empty;
    }

    /// <summary>Creates the content of a request from the last batch, valid until the next call of <see cref="Fill"/>.</summary>
    public HttpContent ToContent() => _buffer.ToContent(s_lines, _isCompressed);
}
