using System.Buffers;
using System.Globalization;
using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Console;

/// <summary>
/// Formats a record for a person: time of day in UTC, device, then each tag with its value, unit and, when it is not good, its quality; or
/// the payload's JSON. It has no state.
/// </summary>
internal sealed class TextLines : ILineFormat
{
    private const int MaxNumberLength = 32;

    public void Append(ArrayBufferWriter<char> line, in Record record)
    {
        var time = record.Time;
        time.TryFormat(line.GetSpan(MaxNumberLength), out var written, "HH:mm:ss.fff", CultureInfo.InvariantCulture);
        line.Advance(written);
        line.Write(" ");
        AppendPrintable(line, record.Device);
        if (record.IsPayload)
        {
            line.Write("  ");
            line.Advance(Encoding.UTF8.GetChars(record.Json.Span, line.GetSpan(record.Json.Length)));
            return;
        }

        foreach (ref readonly var sample in record.Samples.Span) Append(line, sample);
    }

    private static void Append(ArrayBufferWriter<char> line, in Sample sample)
    {
        line.Write("  ");
        AppendPrintable(line, sample.Tag.Name);
        line.Write("=");
        AppendValue(line, sample.Value);
        if (sample.Tag.Unit.Length > 0 && !sample.Value.IsNull)
        {
            line.Write(" ");
            AppendPrintable(line, sample.Tag.Unit);
        }

        if (sample.Quality == Quality.Good) return;
        line.Write(" ");
        line.Write(sample.Quality.ToText());
    }

    private static void AppendValue(ArrayBufferWriter<char> line, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null: line.Write("-"); break;
            case ValueKind.Bool: line.Write(value.Bool ? "TRUE" : "FALSE"); break;
            case ValueKind.Int: AppendNumber(line, value.Int); break;
            case ValueKind.UInt: AppendNumber(line, value.UInt); break;
            case ValueKind.Float32: AppendNumber(line, (float)value.Number); break;
            case ValueKind.Float64: AppendNumber(line, value.Number); break;
            case ValueKind.Text: AppendQuoted(line, value.Text); break;
            case ValueKind.Array: AppendItems(line, value.Items); break;
            default: throw new ArgumentOutOfRangeException(nameof(value), value.Kind, "a kind of value that this sink does not know");
        }
    }

    private static void AppendItems(ArrayBufferWriter<char> line, ReadOnlySpan<Value> items)
    {
        line.Write("[");
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0) line.Write(", ");
            AppendValue(line, items[i]);
        }

        line.Write("]");
    }

    private static void AppendNumber<T>(ArrayBufferWriter<char> line, T number)
        where T : ISpanFormattable
    {
        number.TryFormat(line.GetSpan(MaxNumberLength), out var written, default, CultureInfo.InvariantCulture);
        line.Advance(written);
    }

    private static void AppendQuoted(ArrayBufferWriter<char> line, string text)
    {
        line.Write("\"");
        AppendPrintable(line, text);
        line.Write("\"");
    }

    private static void AppendPrintable(ArrayBufferWriter<char> line, ReadOnlySpan<char> text)
    {
        // A control character from a device must not break the line or control the terminal.
        foreach (var character in text)
        {
            if (!char.IsControl(character)) line.Write([character]);
            else if (character == '\n') line.Write("\\n");
            else if (character == '\r') line.Write("\\r");
            else if (character == '\t') line.Write("\\t");
            else
            {
                line.Write("\\u");
                ((int)character).TryFormat(line.GetSpan(MaxNumberLength), out var written, "x4", CultureInfo.InvariantCulture);
                line.Advance(written);
            }
        }
    }
}
