using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>A row of the narrow table for each sample.</summary>
internal sealed class SampleRows(CopyBuffer rows, TextFields texts, string site)
{
    // Beyond it a double has no longer a place for every integer.
    private const long MostExact = 1L << 53;
    private readonly JsonText _array = new();

    /// <exception cref="UnstorableException">It can never be stored.</exception>
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

    /// <summary>The double that prints as the single does: 0.1, where widening the bits gives 0.10000000149011612.</summary>
    private static double Shortest(float number)
    {
        Span<byte> digits = stackalloc byte[32];
        number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        return double.Parse(digits[..written], CultureInfo.InvariantCulture);
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
            case ValueKind.Int when value.Int is > MostExact or < -MostExact:
                WriteDigits(value.Number, value.Int);
                break;
            case ValueKind.UInt when value.UInt > MostExact:
                WriteDigits(value.Number, value.UInt);
                break;
            default:
                rows.Float64(value.Kind == ValueKind.Float32 ? Shortest((float)value.Number) : value.Number);
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
