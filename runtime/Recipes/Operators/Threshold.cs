using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Operators;

/// <summary>When an event is on: TRUE, or a number beyond a limit until it is back past another one.</summary>
/// <param name="Above">It begins above this.</param>
/// <param name="Below">Or below this.</param>
/// <param name="Clear">It ends when the number is back at this or past it.</param>
internal readonly record struct Threshold(double? Above, double? Below, double Clear)
{
    /// <summary>Null where the value says nothing.</summary>
    public bool? IsOn(Value value, bool wasOn)
    {
        if (value.Kind == ValueKind.Bool && Above is null && Below is null) return value.Bool;
        if (!value.IsNumber || value.Number is var number && double.IsNaN(number)) return null;
        if (Above is { } above) return wasOn ? number > Clear : number > above;
        if (Below is { } below) return wasOn ? number < Clear : number < below;
        return number != 0;
    }
}
