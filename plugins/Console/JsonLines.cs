using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Console;

/// <summary>
/// Formats a record as its JSON, the same that the jsonl sink writes. Owned by one <see cref="ConsoleSink"/>; one call at a time.
/// </summary>
internal sealed class JsonLines : ILineFormat
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Utf8JsonWriter _json;

    public JsonLines() => _json = new Utf8JsonWriter(_utf8, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    public void Append(ArrayBufferWriter<char> line, in Record record)
    {
        _utf8.ResetWrittenCount();
        _json.Reset();
        RecordJson.Write(_json, record);
        _json.Flush();
        var count = Encoding.UTF8.GetChars(_utf8.WrittenSpan, line.GetSpan(_utf8.WrittenCount));
        line.Advance(count);
    }
}
