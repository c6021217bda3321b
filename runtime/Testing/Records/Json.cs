using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlantRuntime.Testing.Records;

/// <summary>Writes and parses JSON in memory. Characters such as é are written unescaped. Pure.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns the UTF-8 that <paramref name="write"/> writes, in new memory.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(utf8, s_options);
        write(json);
        json.Flush();
        return utf8.WrittenMemory;
    }

    /// <summary>Parses one JSON value, which remains valid when the bytes are reused.</summary>
    /// <exception cref="JsonException">The bytes are not one JSON value.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        var element = JsonElement.ParseValue(ref reader);
        return reader.BytesConsumed == utf8.Length || utf8.Span[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8).IsEmpty
            ? element
            : throw new JsonException("something follows after its end");
    }
}
