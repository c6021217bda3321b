using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// Encodes records as the body of one request. Its memory is used again, so that a steady flow allocates nothing for a record.
/// <see cref="HttpSink"/> pools these; each belongs to one request at a time; performs no I/O.
/// </summary>
internal sealed class RecordBody
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private static readonly MediaTypeHeaderValue s_lines = new("application/x-ndjson");
    private readonly BodyBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;

    // Relaxed escaping keeps "°C" readable: only HTML needs the escapes that it omits.
    public RecordBody() => _json = new Utf8JsonWriter(_buffer.Bytes, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>Encodes one record.</summary>
    public void Write(in Record record)
    {
        _buffer.Bytes.ResetWrittenCount();
        Append(record);
    }

    /// <summary>Encodes a batch as <c>[record,record]</c>, or as one line per record.</summary>
    public void Write(RecordBatch batch, bool asLines)
    {
        _buffer.Bytes.ResetWrittenCount();
        if (!asLines) _buffer.Bytes.Write("["u8);
        for (var i = 0; i < batch.Count; i++)
        {
            if (i > 0 && !asLines) _buffer.Bytes.Write(","u8);
            Append(batch[i]);
            if (asLines) _buffer.Bytes.Write("\n"u8);
        }

        if (!asLines) _buffer.Bytes.Write("]"u8);
    }

    /// <summary>The last encoded records, valid until the next call of <c>Write</c>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.Bytes.WrittenSpan;

    /// <summary>Creates the content of a request from the last encoded records, valid until the next call of <c>Write</c>.</summary>
    public HttpContent ToContent(bool asLines, bool isCompressed) => _buffer.ToContent(asLines ? s_lines : s_json, isCompressed);

    private void Append(in Record record)
    {
        _json.Reset();
        RecordJson.Write(_json, record);
        _json.Flush();
    }
}
