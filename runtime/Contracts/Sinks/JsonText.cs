using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlantRuntime.Contracts;

/// <summary>
/// A value as the text of its JSON, in memory that is used again: how sinks with a column of text store an array. Not thread-safe.
/// </summary>
public sealed class JsonText
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>An empty one.</summary>
    public JsonText() => _json = new Utf8JsonWriter(_utf8, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>The UTF-8 of <see cref="RecordJson.WriteValue"/>; valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(in Value value)
    {
        _utf8.ResetWrittenCount();
        _json.Reset();
        RecordJson.WriteValue(_json, value);
        _json.Flush();
        return _utf8.WrittenSpan;
    }
}
