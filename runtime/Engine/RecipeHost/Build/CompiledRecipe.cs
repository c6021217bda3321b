using PlantRuntime.Sites;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>Describes the result of compiling a recipe: the files of an assembly, or the problems of the recipe. Immutable.</summary>
/// <param name="AssemblyPath">Path in the recipe cache, the same for the same content; null when there are problems.</param>
/// <param name="SymbolsPath">Path of its debug information (pdb); null when there are problems.</param>
/// <param name="Problems">Errors; empty when there is an assembly.</param>
/// <param name="Warnings">Warnings of the compiler.</param>
internal sealed record CompiledRecipe(
    string? AssemblyPath, string? SymbolsPath, IReadOnlyList<Problem> Problems, IReadOnlyList<Problem> Warnings)
{
    /// <summary>Identifies the content wherever the site folder is: see <see cref="SourceSnapshot.Meaning"/>.</summary>
    public string Meaning { get; init; } = "";

    /// <summary>True when compiling failed for want of memory or file handles, and a later attempt may succeed.</summary>
    public bool IsTemporary { get; init; }

    public static CompiledRecipe Failed(IReadOnlyList<Problem> problems, IReadOnlyList<Problem> warnings) =>
        new(null, null, problems, warnings);
}
