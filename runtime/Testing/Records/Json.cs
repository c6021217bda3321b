using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlantRuntime.Testing.Records;

/// <summary>JSON in memory, with é as é.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(utf8, s_options);
        write(json);
        json.Flush();
        return utf8.WrittenMemory;
    }

    /// <summary>A value that stays when the bytes are used again.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        var element = JsonElement.ParseValue(ref reader);
        return reader.BytesConsumed == utf8.Length || utf8.Span[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8).IsEmpty
            ? element
            : throw new JsonException("something follows after its end");
    }
}
