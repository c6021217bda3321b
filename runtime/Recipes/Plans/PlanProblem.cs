namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// An error or warning in a recipe that the compiler cannot detect. Created by <see cref="PlanBuilder"/>; the host adds it to the errors of
/// the compiler.
/// </summary>
/// <param name="File">Source file of the statement, or null if unknown.</param>
/// <param name="Line">Line of the statement, from 1; 0 when unknown.</param>
/// <param name="Column">Column of the statement, from 1.</param>
/// <param name="Message">Text for a site engineer.</param>
/// <param name="Word">The literal that causes it, at or after the start of the statement; null if there is none.</param>
/// <param name="IsWarning">True if the recipe can run nevertheless.</param>
internal sealed record PlanProblem(string? File, int Line, int Column, string Message, string? Word, bool IsWarning);
