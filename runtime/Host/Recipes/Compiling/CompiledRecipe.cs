using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>What the compiler made of a recipe: an assembly, or problems.</summary>
/// <param name="AssemblyPath">The assembly, its symbols beside it; null when there are problems. Two recipes of the same content have the same path.</param>
/// <param name="Problems">What is wrong.</param>
internal sealed record CompiledRecipe(string? AssemblyPath, IReadOnlyList<Problem> Problems);
