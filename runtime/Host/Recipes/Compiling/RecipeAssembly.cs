using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>
/// A compiled recipe in memory, in a context that can be unloaded. It is loaded from bytes, so that no file stays open. After
/// <see cref="Unload"/> the runtime takes it out of memory as soon as nothing of it is in use.
/// </summary>
internal sealed class RecipeAssembly
{
    private const string ScriptClass = "Recipe";
    private readonly WeakReference _context;
    private Assembly? _assembly;

    private RecipeAssembly(AssemblyLoadContext context, Assembly assembly)
    {
        _context = new WeakReference(context);
        _assembly = assembly;
    }

    /// <summary>False once the runtime has really taken the recipe out of memory.</summary>
    public bool IsAlive => _context.IsAlive;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static RecipeAssembly Load(CompiledRecipe compiled)
    {
        var path = compiled.AssemblyPath!;
        var context = new AssemblyLoadContext(Path.GetFileNameWithoutExtension(path), isCollectible: true);
        using var assembly = new MemoryStream(File.ReadAllBytes(path));
        using var symbols = new MemoryStream(File.ReadAllBytes(Path.ChangeExtension(path, ".pdb")));
        return new RecipeAssembly(context, context.LoadFromStream(assembly, symbols));
    }

    /// <summary>Sets a public static field of a generated class.</summary>
    public void SetStatic(string type, string field, object value) => _assembly!.GetType($"{ScriptClass}+{type}", throwOnError: true)!.GetField(field)!.SetValue(null, value);

    /// <summary>Runs the recipe's top level.</summary>
    /// <exception cref="Exception">What the recipe throws.</exception>
    public void Run()
    {
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DoNotWrapExceptions;
        var factory = _assembly!.GetType(ScriptClass, throwOnError: true)!.GetMethod("<Factory>", Any)!;

        // A script is made for a session of several: the array holds the session's object, of which there is none, and each script.
        var run = (Task)factory.Invoke(null, Any, null, [new object?[2]], null)!;
        run.GetAwaiter().GetResult();
    }

    public void Unload()
    {
        _assembly = null;
        (_context.Target as AssemblyLoadContext)?.Unload();
    }
}
