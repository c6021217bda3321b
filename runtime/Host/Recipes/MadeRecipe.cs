using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes;

/// <summary>What became of a recipe file on its way to a plan.</summary>
/// <param name="File">Path from the site folder.</param>
/// <param name="Key">What the file and all that it loads was.</param>
/// <param name="Compiled">What the compiler made of it.</param>
/// <param name="Loaded">The recipe with its plan; null when there are problems.</param>
/// <param name="Problems">What is wrong, the compiler's errors included.</param>
/// <param name="Warnings">What may be wrong, the compiler's included.</param>
internal sealed record MadeRecipe(
    string File, string Key, CompiledRecipe Compiled, LoadedRecipe? Loaded, IReadOnlyList<Problem> Problems, IReadOnlyList<Problem> Warnings)
{
    /// <summary>True when it was not made at all: the version that runs is what it would be.</summary>
    public bool IsAtWork { get; init; }

    /// <summary>Lets go of it, when it is not to run.</summary>
    public void Discard()
    {
        if (!IsAtWork) Loaded?.Assembly.Unload();
    }
}
