using System.Buffers;
using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Values as fields: <c>1.5</c>, <c>1i</c>, <c>1u</c>, <c>true</c>, <c>"text"</c>. InfluxDB has no NaN, no infinities and no null, and
/// version 1 no unsigned integers: there they are signed, so that a counter keeps one type, and end at 2⁶³−1.
/// </summary>
internal sealed class FieldValues(IBufferWriter<byte> output, LineText text, bool hasUnsigned)
{
    private const int MostDigits = 32;

    /// <summary>The type that a value is written as.</summary>
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

    /// <summary>A number with its suffix.</summary>
    public void Write<T>(T number, ReadOnlySpan<byte> suffix)
        where T : IUtf8SpanFormattable
    {
        number.TryFormat(output.GetSpan(MostDigits), out var length, default, CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write(suffix);
    }
}
