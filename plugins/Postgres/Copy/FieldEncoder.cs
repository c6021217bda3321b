using System.Runtime.InteropServices;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>
/// Encodes a field of a payload for a column of a given type. Part of <see cref="FieldRows"/>; one call at a time; performs no I/O.
/// </summary>
internal sealed class FieldEncoder(CopyBuffer rows, TextEncoder texts)
{
    /// <summary>Encodes the field, or NULL for a missing one.</summary>
    /// <exception cref="UnstorableException">A column of that type cannot hold the value.</exception>
    public void Write(string path, ColumnType type, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            rows.Null();
            return;
        }

        switch (type)
        {
            case ColumnType.Timestamptz when Time(value) is { } time: rows.Time(time); break;
            case ColumnType.Double when Number(value) is { } number: rows.Float64(number); break;
            case ColumnType.Real when Number(value) is { } number && IsSingle(number): rows.Float32((float)number); break;
            case ColumnType.Bigint when Integer(value) is { } number: rows.Int64(number); break;
            case ColumnType.Integer when Integer(value) is >= int.MinValue and <= int.MaxValue and { } number:
                rows.Int32((int)number);
                break;
            case ColumnType.Smallint when Integer(value) is >= short.MinValue and <= short.MaxValue and { } number:
                rows.Int16((short)number);
                break;
            case ColumnType.Boolean when Integer(value) is (0 or 1) and var number: rows.Bool(number == 1); break;
            case ColumnType.Text:
                texts.Write(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), path);
                break;
            case ColumnType.Jsonb: texts.WriteJsonb(JsonMarshal.GetRawUtf8Value(value), path); break;
            case ColumnType.Json: rows.Bytes(JsonMarshal.GetRawUtf8Value(value)); break;
            default: throw new UnstorableException($"{path} is {Short(value)}, which is nothing for a column of type {type.ToSql()}");
        }
    }

    private static bool IsSingle(double number) => !double.IsFinite(number) || float.IsFinite((float)number);

    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => null,
        },
        _ => null,
    };

    private static long? Integer(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        // 5.0 and 1e3 are also integers.
        JsonValueKind.Number when value.TryGetDecimal(out var number)
            && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue =>
            (long)number,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => null,
    };

    private static DateTime? Time(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) return null;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        return TimeText.TryParse(text, TimeZoneInfo.Utc, out var time, out _) ? time : null;
    }

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";
    }
}
