using System.Reflection;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Holds a compiled recipe in memory, in a load context of its own. Load reads its files completely, so that they can be replaced and
/// deleted afterwards. Owned by one LoadedRecipe or test file; Run executes recipe code and is called on a recipe thread, the other members
/// by the host, one call at a time.
/// </summary>
internal sealed class RecipeAssembly
{
    private readonly WeakReference _leaving;
    private RecipeLoadContext? _context;
    private Assembly? _assembly;

    private RecipeAssembly(RecipeLoadContext context, Assembly assembly)
    {
        _leaving = new WeakReference(context, trackResurrection: true);
        _context = context;
        _assembly = assembly;
    }

    private Assembly Loaded => _assembly ?? throw new ObjectDisposedException(nameof(RecipeAssembly));

    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="BadImageFormatException">The file is not an assembly.</exception>
    public static RecipeAssembly Load(CompiledRecipe compiled)
    {
        var context = new RecipeLoadContext(Path.GetFileNameWithoutExtension(compiled.AssemblyPath!));
        using var assembly = new MemoryStream(File.ReadAllBytes(compiled.AssemblyPath!));
        using var symbols = new MemoryStream(File.ReadAllBytes(compiled.SymbolsPath!));
        return new RecipeAssembly(context, context.LoadFromStream(assembly, symbols));
    }

    /// <summary>Sets a public static field of a class of the generated source.</summary>
    public void SetStatic(string type, string field, object? value)
    {
        var found = Loaded.GetType(type)?.GetField(field, BindingFlags.Public | BindingFlags.Static)
            ?? throw new MissingFieldException(type, field);
        found.SetValue(null, value);
    }

    /// <summary>Runs the recipe's top level to its end, and throws the exceptions of the recipe unwrapped.</summary>
    public void Run()
    {
        // A script is a class whose instance fields are the top-level variables and whose initializer is the top-level code.
        var script = Loaded.GetType("Recipe", throwOnError: true)!;
        var recipe = Activator.CreateInstance(script);
        var run = script.GetMethod("<Initialize>", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!;
        ((Task)run.Invoke(recipe, BindingFlags.DoNotWrapExceptions, null, null, null)!).GetAwaiter().GetResult();
    }

    /// <summary>Unloads the recipe: it leaves memory once nothing runs in it or refers to it. A second call does nothing.</summary>
    /// <returns>For <see cref="RecipeLoadContext.IsCollected"/>.</returns>
    public WeakReference Unload()
    {
        _assembly = null;
        Interlocked.Exchange(ref _context, null)?.Unload();
        return _leaving;
    }
}
