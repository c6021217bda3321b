using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>
/// Holds the result of building one recipe file: a version that can run, or the problems of the file. Immutable. Its receiver owns the
/// loaded recipe until it passes the result to a RecipeSlot or discards it.
/// </summary>
/// <param name="File">Path from the site folder.</param>
/// <param name="Key">
/// Identifies the content of the file and everything it loads; empty when the file could not be read or built yet.
/// </param>
/// <param name="Compiled">The compiled recipe.</param>
/// <param name="Loaded">The recipe in memory with its plan; null when there are problems.</param>
/// <param name="Faults">Counts the exceptions of its lambdas.</param>
/// <param name="Problems">Errors, including those of the compiler.</param>
/// <param name="Warnings">Warnings, including those of the compiler.</param>
internal sealed record BuildResult(
    string File, string Key, CompiledRecipe Compiled, LoadedRecipe? Loaded, FaultQuota Faults, IReadOnlyList<Problem> Problems,
    IReadOnlyList<Problem> Warnings)
{
    /// <summary>True when nothing was built, because the running version was built from the same content.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>True when the reason of the failure is not in the file, and a later attempt may succeed.</summary>
    public bool IsTemporary => Compiled.IsTemporary;

    /// <summary>Unloads a version that will not run. Does nothing to a version that runs already.</summary>
    public void Discard()
    {
        if (!IsUnchanged) Loaded?.Assembly.Unload();
    }
}
