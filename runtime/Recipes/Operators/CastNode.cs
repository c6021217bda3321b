using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Turns values into another kind; one that cannot be turned is BAD_TYPE.</summary>
internal sealed class CastNode(Schema schema, bool[] chosen, ValueKind kind) : Node(schema)
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
        var number = value.Number;
        if (double.IsNaN(number)) return Value.Null;
        return kind switch
        {
            ValueKind.Int => number is >= long.MinValue and < 9223372036854775808.0 ? Value.Of(value.Int) : Value.Null,
            ValueKind.UInt => number is >= 0 and < 18446744073709551616.0 ? Value.Of(value.UInt) : Value.Null,
            ValueKind.Float32 => Value.Of((float)number),
            ValueKind.Float64 => Value.Of(number),
            _ => Value.Null,
        };
    }
}
