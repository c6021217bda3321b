using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>Records as the body of a request. Keeps its memory, so that a steady flow allocates nothing for a record.</summary>
internal sealed class RecordBody
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private static readonly MediaTypeHeaderValue s_lines = new("application/x-ndjson");
    private readonly BodyBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;

    // Relaxed: the body is no HTML page, and "°C" stays readable.
    public RecordBody() => _json = new Utf8JsonWriter(_buffer.Bytes, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>One record.</summary>
    public void Write(in Record record)
    {
        _buffer.Bytes.ResetWrittenCount();
        Append(record);
    }

    /// <summary>A batch as <c>[record,record]</c>, or as a line for each record.</summary>
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

    /// <summary>What was written last, as content of a request; valid until more is written.</summary>
    public HttpContent ToContent(bool asLines, bool isPacked) => _buffer.ToContent(asLines ? s_lines : s_json, isPacked);

    private void Append(in Record record)
    {
        _json.Reset();
        RecordJson.Write(_json, record);
        _json.Flush();
    }
}
