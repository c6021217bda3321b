namespace PlantRuntime.Host.Recipes.Running;

/// <summary>One version of a recipe in memory, at work or put by.</summary>
/// <param name="Number">Counts the versions since the host started.</param>
/// <param name="AssemblyPath">What it was loaded from: the same for the same content.</param>
/// <param name="Meaning">Of what it was made: see <see cref="Compiling.SourceSnapshot.Meaning"/>.</param>
/// <param name="Loaded">Its code and its plan.</param>
/// <param name="Faults">What its lambdas have thrown.</param>
/// <param name="Runner">Its thread; another one when it comes back.</param>
internal sealed record RecipeVersion(int Number, string AssemblyPath, string Meaning, LoadedRecipe Loaded, VersionFaults Faults, RecipeRunner Runner);
