using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlantRuntime.Contracts;

/// <summary>Writes records as JSON, in the same form for all sinks. Thread-safe.</summary>
public static class RecordJson
{
    /// <summary>
    /// Writes a payload as it is, and samples as
    /// <c>{"time":"2026-11-21T08:00:00.123Z","device":"press","tags":{"a":1.5,"b":null},"quality":{"b":"BAD_RANGE"}}</c>; <c>quality</c>
    /// contains only tags that are not good and is omitted if all are good. NaN and infinities become null.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, in Record record)
    {
        if (record.IsPayload)
        {
            // The payload was validated when it was created.
            writer.WriteRawValue(record.Json.Span, skipInputValidation: true);
            return;
        }

        var samples = record.Samples.Span;
        writer.WriteStartObject();
        writer.WriteString("time"u8, record.Time);
        writer.WriteString("device"u8, record.Device);
        writer.WriteStartObject("tags"u8);
        var bad = 0;
        foreach (ref readonly var sample in samples)
        {
            writer.WritePropertyName(sample.Tag.Name);
            WriteValue(writer, sample.Value);
            if (sample.Quality != Quality.Good) bad++;
        }

        writer.WriteEndObject();
        if (bad > 0)
        {
            writer.WriteStartObject("quality"u8);
            foreach (ref readonly var sample in samples)
            {
                if (sample.Quality != Quality.Good) writer.WriteString(sample.Tag.Name, sample.Quality.ToText());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes one value. NaN and infinities become null, because JSON has no number for them.</summary>
    public static void WriteValue(Utf8JsonWriter writer, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Bool: writer.WriteBooleanValue(value.Bool); break;
            case ValueKind.Int: writer.WriteNumberValue(value.Int); break;
            case ValueKind.UInt: writer.WriteNumberValue(value.UInt); break;
            case ValueKind.Text: writer.WriteStringValue(value.Text); break;
            case ValueKind.Float32 when float.IsFinite((float)value.Number): writer.WriteNumberValue((float)value.Number); break;
            case ValueKind.Float64 when double.IsFinite(value.Number): writer.WriteNumberValue(value.Number); break;
            case ValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.Items) WriteValue(writer, item);
                writer.WriteEndArray();
                break;
            default: writer.WriteNullValue(); break;
        }
    }
}

/// <summary>
/// Formats values as JSON text in a reused buffer, for sinks that store an array in a text column. Not thread-safe. Each sink creates its
/// own.
/// </summary>
public sealed class JsonText
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>Creates the buffer.</summary>
    public JsonText() => _json = new Utf8JsonWriter(_utf8, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    });

    /// <summary>Returns the UTF-8 of <see cref="RecordJson.WriteValue"/>, valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(in Value value)
    {
        _utf8.ResetWrittenCount();
        _json.Reset();
        RecordJson.WriteValue(_json, value);
        _json.Flush();
        return _utf8.WrittenSpan;
    }
}
