using System.Net.Http.Headers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Influx.Line;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Influx;

/// <summary>A batch as the body of a request. Keeps its memory, so that a steady flow allocates nothing for a record.</summary>
internal sealed class BatchBody
{
    private static readonly MediaTypeHeaderValue s_lines = new("text/plain", "utf-8");
    private readonly BodyBuffer _buffer = new();
    private readonly RecordLines _records;
    private readonly bool _isPacked;

    public BatchBody(InfluxOptions options, PluginContext context)
    {
        Points = new PointWriter(_buffer.Bytes, options, context.Site, context.Tenant);
        _records = new RecordLines(Points, options.BadValues, options.Payloads);
        _isPacked = options.Gzip;
    }

    public PointWriter Points { get; }

    public bool IsEmpty => _buffer.Bytes.WrittenCount == 0;

    /// <returns>Places of the records that hold nothing that InfluxDB could store; null for none.</returns>
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

    /// <summary>What was filled in last, as content of a request; valid until it is filled again.</summary>
    public HttpContent ToContent() => _buffer.ToContent(s_lines, _isPacked);
}
