namespace PlantRuntime.Recipes;

/// <summary>The host stopped a recipe that ran away.</summary>
/// <param name="reason">Why.</param>
/// <param name="inner">What ended it, when that came from elsewhere.</param>
public sealed class RecipeStoppedException(string reason, Exception? inner = null) : Exception(reason, inner);
