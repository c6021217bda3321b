namespace PlantRuntime.Recipes.Operators;

/// <summary>When a group is handed on.</summary>
/// <param name="Expect">At once with so many values.</param>
/// <param name="AtLeast">With so many when time is up.</param>
/// <param name="Within">The time, in the clock's ticks from the first value on.</param>
internal sealed record GroupRule(int Expect, int AtLeast, long Within);
