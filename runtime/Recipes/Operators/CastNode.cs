using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Converts values to another kind. A value that cannot be converted becomes BAD_TYPE. Created by <see cref="ScanFlow.Cast"/>; runs on the
/// recipe's thread.
/// </summary>
internal sealed class CastNode(ScanSchema schema, bool[] chosen, ValueKind kind) : Node(schema)
{
    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (!chosen[sample.Tag.Index] || sample.Value.IsNull || sample.Value.Kind == kind) continue;
            sample.Value = Convert(sample.Value);
            if (sample.Value.IsNull) sample.Quality = Quality.BadType;
        }

        Emit(scan);
    }

    private Value Convert(Value value)
    {
        if (kind == ValueKind.Text) return Value.Of(value.Text);
        if (kind == ValueKind.Bool)
            return value.Kind == ValueKind.Text && !bool.TryParse(value.Text, out _) ? Value.Null : Value.Of(value.Bool);
        if (value.Kind == ValueKind.Text && !NumberText.TryParse(value.Text, out value)) return Value.Null;
        var number = value.Number;
        if (double.IsNaN(number)) return Value.Null;
        return kind switch
        {
            ValueKind.Int => ToInt(value),
            ValueKind.UInt => ToUInt(value),
            ValueKind.Float32 => float.IsInfinity((float)number) && double.IsFinite(number) ? Value.Null : Value.Of((float)number),
            ValueKind.Float64 => Value.Of(number),
            _ => Value.Null,
        };
    }

    private static Value ToInt(Value value) => value.Kind switch
    {
        ValueKind.UInt => value.UInt <= long.MaxValue ? Value.Of(value.Int) : Value.Null,
        ValueKind.Float32 or ValueKind.Float64 when value.Number is not (>= long.MinValue and < 9223372036854775808.0) => Value.Null,
        _ => Value.Of(value.Int),
    };

    private static Value ToUInt(Value value) => value.Kind switch
    {
        ValueKind.UInt => value,
        ValueKind.Float32 or ValueKind.Float64 => value.Number is >= 0 and < 18446744073709551616.0 ? Value.Of(value.UInt) : Value.Null,
        _ => value.Int >= 0 ? Value.Of((ulong)value.Int) : Value.Null,
    };
}
