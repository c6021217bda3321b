using System.Buffers;
using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Writes values as fields: <c>1.5</c>, <c>1i</c>, <c>1u</c>, <c>true</c>, <c>"text"</c>. InfluxDB has no NaN, no infinities and no null,
/// and version 1 has no unsigned integers: there they are written as signed ones up to 2⁶³−1, so that a counter keeps one type. Part of one
/// <see cref="BatchBody"/>; one call at a time; performs no I/O.
/// </summary>
internal sealed class FieldValueWriter(IBufferWriter<byte> output, LineProtocolText text, bool hasUnsigned)
{
    private const int MaxDigits = 32;

    /// <summary>The type of the field that a value becomes.</summary>
    public FieldType TypeOf(in Value value) => value.Kind switch
    {
        ValueKind.Bool => FieldType.Boolean,
        ValueKind.Int => FieldType.Integer,
        ValueKind.UInt when hasUnsigned => FieldType.Unsigned,
        ValueKind.UInt when value.UInt <= long.MaxValue => FieldType.Integer,
        ValueKind.Float32 or ValueKind.Float64 when double.IsFinite(value.Number) => FieldType.Float,
        ValueKind.Text => FieldType.String,
        _ => FieldType.None,
    };

    /// <summary>Writes a value whose type is not <see cref="FieldType.None"/>.</summary>
    public void Write(in Value value)
    {
        switch (TypeOf(value))
        {
            case FieldType.Boolean: output.Write(value.Bool ? "true"u8 : "false"u8); break;
            case FieldType.Integer: Write(value.Int, "i"u8); break;
            case FieldType.Unsigned: Write(value.UInt, "u"u8); break;
            case FieldType.Float when value.Kind == ValueKind.Float32: Write((float)value.Number, default); break;
            case FieldType.Float: Write(value.Number, default); break;
            case FieldType.String: text.Quoted(value.Text); break;
            default: throw new ArgumentException($"{value.Kind} {value} has no form in line protocol", nameof(value));
        }
    }

    /// <summary>Writes a number with its suffix.</summary>
    public void Write<T>(T number, ReadOnlySpan<byte> suffix)
        where T : IUtf8SpanFormattable
    {
        number.TryFormat(output.GetSpan(MaxDigits), out var length, default, CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write(suffix);
    }
}

/// <summary>The types of fields, with the names that errors of the server use.</summary>
internal enum FieldType
{
    /// <summary>Line protocol cannot express the value.</summary>
    None,
    Float,
    Integer,
    Unsigned,
    String,
    Boolean,
}
