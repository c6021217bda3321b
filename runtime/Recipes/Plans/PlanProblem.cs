namespace PlantRuntime.Recipes.Plans;

/// <summary>Something wrong in a recipe that its compiler could not see.</summary>
/// <param name="File">Source file as the compiler knew it, or null when unknown.</param>
/// <param name="Line">Line of the statement, from 1; 0 when unknown.</param>
/// <param name="Column">Column of the statement, from 1.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Word">The literal at fault, which stands at or after the statement's start; null when none is.</param>
/// <param name="IsWarning">True when the recipe can run all the same.</param>
internal sealed record PlanProblem(string? File, int Line, int Column, string Message, string? Word, bool IsWarning);
