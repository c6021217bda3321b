namespace PlantRuntime.Recipes;

/// <summary>The host stopped a recipe that ran away.</summary>
/// <param name="reason">Why.</param>
public sealed class RecipeStoppedException(string reason) : Exception(reason);
