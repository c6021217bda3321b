using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>What became of a recipe: an assembly, or what is wrong with it.</summary>
/// <param name="AssemblyPath">The same for the same content, also after a restart; null when there are problems.</param>
/// <param name="SymbolsPath">Its debug information.</param>
/// <param name="Problems">Errors; empty when there is an assembly.</param>
/// <param name="Warnings">What the compiler wondered about.</param>
internal sealed record CompiledRecipe(
    string? AssemblyPath, string? SymbolsPath, IReadOnlyList<Problem> Problems, IReadOnlyList<Problem> Warnings)
{
    /// <summary>Of what it was made, wherever it lies: see <see cref="SourceSnapshot.Meaning"/>.</summary>
    public string Meaning { get; init; } = "";

    public static CompiledRecipe Failed(IReadOnlyList<Problem> problems, IReadOnlyList<Problem> warnings) =>
        new(null, null, problems, warnings);
}
