using System.Reflection;
using System.Runtime.Loader;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Loads the assembly of one version of a recipe; collectible. Owned by its RecipeAssembly, which unloads it together with the version.
/// </summary>
internal sealed class RecipeLoadContext(string name) : AssemblyLoadContext(name, isCollectible: true)
{
    /// <summary>
    /// Collects until the context has left memory. Only tests call it, because a collection stops all threads.
    /// </summary>
    /// <param name="context">The result of <see cref="RecipeAssembly.Unload"/>.</param>
    /// <returns>False when something holds the context in memory.</returns>
    public static bool IsCollected(WeakReference context)
    {
        for (var i = 0; i < 10 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return !context.IsAlive;
    }

    /// <summary>Resolves nothing, so that a recipe shares contracts, recipe library and framework with the host.</summary>
    protected override Assembly? Load(AssemblyName assemblyName) => null;
}
