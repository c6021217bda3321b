using System.Reflection;
using System.Runtime.Loader;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>The context that one version of a recipe is loaded into, and that leaves memory with it.</summary>
internal sealed class RecipeLoadContext(string name) : AssemblyLoadContext(name, isCollectible: true)
{
    /// <summary>
    /// Collects until the context is gone. A test's tool and a leak finder's: it stops the process for as long as it collects.
    /// </summary>
    /// <param name="context">What <see cref="RecipeAssembly.Unload"/> gave.</param>
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

    /// <summary>Everything that a recipe refers to is the host's own: contracts, recipe library and framework exist once.</summary>
    protected override Assembly? Load(AssemblyName assemblyName) => null;
}
