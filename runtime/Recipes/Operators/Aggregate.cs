namespace PlantRuntime.Recipes.Operators;

/// <summary>What a window makes of its values.</summary>
internal enum Aggregate
{
    Mean,
    Min,
    Max,
    First,
    Last,
    Count,
}
