using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>Encodes one row of the narrow table per sample. Part of <see cref="BatchRows"/>; one call at a time; performs no I/O.</summary>
internal sealed class SampleRows(CopyBuffer rows, TextEncoder texts, string site)
{
    // Beyond this a double cannot represent every integer.
    private const long MaxExact = 1L << 53;
    private readonly JsonText _array = new();

    /// <summary>Encodes the samples of a scan.</summary>
    /// <exception cref="UnstorableException">The record can never be stored.</exception>
    public void Write(in Record record)
    {
        foreach (ref readonly var sample in record.Samples.Span)
        {
            rows.Row(8);
            rows.Time(sample.Time);
            texts.Write(site, "the site's name");
            texts.Write(record.Device, "the device's name");
            texts.Write(sample.Tag.Name, "a tag's name");
            WriteValue(sample.Value, sample.Tag);
            texts.Write(sample.Quality.ToText(), "the quality");
            texts.Write(sample.Tag.Unit, "a tag's unit");
        }
    }

    private void WriteValue(Value value, Tag tag)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                rows.Null();
                rows.Null();
                break;
            case ValueKind.Text:
                rows.Null();
                texts.Write(value.Text, tag.Name);
                break;
            case ValueKind.Array:
                rows.Null();
                rows.Bytes(_array.Of(value));
                break;
            case ValueKind.Int when value.Int is > MaxExact or < -MaxExact:
                WriteDigits(value.Number, value.Int);
                break;
            case ValueKind.UInt when value.UInt > MaxExact:
                WriteDigits(value.Number, value.UInt);
                break;
            default:
                rows.Float64(value.Kind == ValueKind.Float32 ? SinglePrecision.Widen((float)value.Number) : value.Number);
                rows.Null();
                break;
        }
    }

    private void WriteDigits<T>(double nearly, T number)
        where T : ISpanFormattable
    {
        Span<char> digits = stackalloc char[24];
        number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        rows.Float64(nearly);
        rows.Text(digits[..written]);
    }
}
