using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>
/// Encodes a batch as lines of UTF-8. Owned by one <see cref="JsonlSink"/>, which makes one call at a time; performs no I/O. Its memory is
/// reused, so that a steady flow allocates nothing.
/// </summary>
internal sealed class LineEncoder
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Utf8JsonWriter _json;

    // Relaxed escaping keeps "°C" readable: only HTML needs the omitted escapes. Line breaks and other control characters are escaped.
    public LineEncoder() => _json = new Utf8JsonWriter(_utf8, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>Encodes a batch.</summary>
    /// <returns>The lines, each with its end, valid until the next call.</returns>
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
