namespace PlantRuntime.Recipes.Operators;

/// <summary>How much a new value weighs against all before it: always alike, or by the time that has passed.</summary>
/// <param name="Alpha">The weight of each value, 0 to 1; 0 when the half-life decides.</param>
/// <param name="HalfLife">After this time a value counts half.</param>
internal readonly record struct EwmaWeight(double Alpha, TimeSpan HalfLife)
{
    public double Of(TimeSpan passed) => Alpha > 0 ? Alpha : 1 - Math.Pow(2, -Math.Max(0, passed / HalfLife));

    public override string ToString() => Alpha > 0 ? FormattableString.Invariant($"{Alpha}") : $"{HalfLife}";
}
