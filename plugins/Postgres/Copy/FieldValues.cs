using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>A field of a payload as the field of a row.</summary>
internal sealed class FieldValues(CopyBuffer rows, TextFields texts)
{
    // Later than the year 5000 in seconds, and 1973 in milliseconds: nobody means the former.
    private const double LeastMilliseconds = 1e11;

    /// <exception cref="UnstorableException">It is nothing for a column of that type.</exception>
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
            case ColumnType.Integer when Integer(value) is >= int.MinValue and <= int.MaxValue and { } number: rows.Int32((int)number); break;
            case ColumnType.Smallint when Integer(value) is >= short.MinValue and <= short.MaxValue and { } number: rows.Int16((short)number); break;
            case ColumnType.Boolean when Integer(value) is (0 or 1) and var number: rows.Bool(number == 1); break;
            case ColumnType.Text: texts.Write(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), path); break;
            case ColumnType.Jsonb: rows.Jsonb(JsonMarshal.GetRawUtf8Value(value)); break;
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
        // 5.0 and 1e3 are integers, too.
        JsonValueKind.Number when value.TryGetDecimal(out var number) && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue =>
            (long)number,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => null,
    };

    private static DateTime? Time(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
            return DateTime.TryParse(value.GetString(), CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number)) return null;
        var ticks = number * (Math.Abs(number) < LeastMilliseconds ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond);
        // A double has no finer than half a microsecond of these years.
        ticks = Math.Round(ticks / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond;
        var most = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks;
        return Math.Abs(ticks) < most && DateTime.UnixEpoch.Ticks + ticks >= 0 ? DateTime.UnixEpoch.AddTicks((long)ticks) : null;
    }

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";
    }
}
