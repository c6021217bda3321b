using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>A batch as lines of UTF-8. Keeps its memory, so that a steady flow allocates nothing.</summary>
internal sealed class LineBuffer
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Utf8JsonWriter _json;

    // Relaxed: "°C" stays readable, and a file is no HTML page. Line breaks and other control characters are escaped all the same.
    public LineBuffer() => _json = new Utf8JsonWriter(_utf8, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <returns>The lines, each with its end; valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(RecordBatch batch)
    {
        _utf8.ResetWrittenCount();
        for (var i = 0; i < batch.Count; i++)
        {
            _json.Reset();
            RecordJson.Write(_json, batch[i]);
            _json.Flush();
            _utf8.Write("\n"u8);
        }

        return _utf8.WrittenSpan;
    }
}
