using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>An array as the text of its JSON, in memory that is used again: valid until the next call.</summary>
internal sealed class ArrayText
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Utf8JsonWriter _json;

    public ArrayText() => _json = new Utf8JsonWriter(_utf8, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public ReadOnlySpan<byte> Of(in Value array)
    {
        _utf8.ResetWrittenCount();
        _json.Reset();
        RecordJson.WriteValue(_json, array);
        _json.Flush();
        return _utf8.WrittenSpan;
    }
}
