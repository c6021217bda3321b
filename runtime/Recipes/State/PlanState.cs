namespace PlantRuntime.Recipes.State;

/// <summary>What the operators of a plan remember, as it was at one moment.</summary>
/// <param name="Moment">That moment on the monotonic clock: ages count from there.</param>
/// <param name="Operators">In the order of their declaration.</param>
internal sealed record PlanState(long Moment, IReadOnlyList<OperatorState> Operators);
