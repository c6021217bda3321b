using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>A recipe in memory with the plan that its top level declared.</summary>
internal sealed record LoadedRecipe(RecipeAssembly Assembly, Plan Plan, Guard Guard);
