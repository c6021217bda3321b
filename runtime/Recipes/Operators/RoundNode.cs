using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Rounds floats to a number of decimals, halves away from zero. Created by <see cref="ScanFlow.Round"/>; runs on the recipe's thread.
/// </summary>
internal sealed class RoundNode(ScanSchema schema, bool[] chosen, int decimals) : Node(schema)
{
    // Larger doubles have no further decimals, and smaller ones at most 15 digits.
    private readonly double _largest = 1e15 / Math.Pow(10, decimals);

    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (chosen[sample.Tag.Index] && sample.Value.Kind is ValueKind.Float32 or ValueKind.Float64) sample.Value = Round(sample.Value);
        }

        Emit(scan);
    }

    private Value Round(Value value)
    {
        if (!(Math.Abs(value.Number) < _largest)) return value;

        // As a decimal, 1.005 is not slightly less than the half between 1.00 and 1.01.
        var rounded = ExactNumber.TryGet(value, out var exact)
            ? (double)Math.Round(exact, decimals, MidpointRounding.AwayFromZero)
            : Math.Round(value.Number, decimals, MidpointRounding.AwayFromZero);
        return SinglePrecision.Result(rounded, value.Kind == ValueKind.Float32);
    }
}
