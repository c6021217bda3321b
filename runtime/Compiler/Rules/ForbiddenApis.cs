using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Rules;

/// <summary>
/// Finds types and members of the framework that are not allowed in a recipe because they wait, perform I/O or affect the host. A type is
/// refused where it is named, so its members need no list. This catches mistakes; it is not a sandbox against a malicious author. Pure;
/// called by <see cref="RecipeRules"/>.
/// </summary>
internal static class ForbiddenApis
{
    private static readonly RecipeRule s_io =
        new("PR0008", "a recipe performs no I/O: '{0}' belongs in a plugin; read data as a device's tag, write it to a sink");
    private static readonly RecipeRule s_wait = new(
        "PR0009", "a recipe must not wait or start threads: remove '{0}'; use Every, Throttle, Window or Silent for what happens later");
    private static readonly RecipeRule s_host = new("PR0010", "'{0}' affects the whole host, not only this recipe: remove it");

    /// <summary>Forbidden namespaces, including nested ones.</summary>
    private static readonly (string Namespace, RecipeRule Rule)[] s_namespaces =
    [
        ("System.IO", s_io), ("System.Net", s_io), ("Microsoft.Win32", s_io), ("System.Threading", s_wait),
        ("System.Runtime.InteropServices", s_host), ("System.Runtime.Loader", s_host), ("System.Reflection.Emit", s_host),
    ];

    /// <summary>Types of those namespaces that are allowed, because they neither wait nor perform I/O.</summary>
    private static readonly HashSet<string> s_allowed =
    [
        "System.IO.Path", "System.IO.StringReader", "System.IO.StringWriter", "System.IO.TextReader", "System.IO.TextWriter",
        "System.IO.MemoryStream", "System.IO.IOException", "System.IO.InvalidDataException", "System.IO.EndOfStreamException",
        "System.Net.IPAddress", "System.Net.WebUtility",
        "System.Threading.Interlocked", "System.Threading.Volatile", "System.Threading.CancellationToken",
        "System.Threading.Tasks.Task", "System.Threading.Tasks.ValueTask", "System.Runtime.InteropServices.LayoutKind",
    ];

    private static readonly Dictionary<string, RecipeRule> s_types = new()
    {
        ["System.Diagnostics.Process"] = s_io,
        ["System.GC"] = s_host,
        ["System.AppDomain"] = s_host,
        ["System.AppContext"] = s_host,
    };

    private static readonly Dictionary<string, RecipeRule> s_members = new()
    {
        ["System.Console.Read"] = s_io,
        ["System.Console.ReadKey"] = s_io,
        ["System.Console.ReadLine"] = s_io,
        ["System.Console.In"] = s_io,
        ["System.Console.OpenStandardInput"] = s_io,
        ["System.Environment.Exit"] = s_host,
        ["System.Environment.FailFast"] = s_host,
        ["System.Environment.SetEnvironmentVariable"] = s_host,
        ["System.Linq.ParallelEnumerable.AsParallel"] = s_wait,
        ["System.Threading.Tasks.Task.Run"] = s_wait,
        ["System.Threading.Tasks.Task.Delay"] = s_wait,
        ["System.Threading.Tasks.Task.Factory"] = s_wait,
        ["System.Threading.Tasks.Task.Start"] = s_wait,
        ["System.Threading.Tasks.Task.RunSynchronously"] = s_wait,
        ["System.Threading.Tasks.Task.ContinueWith"] = s_wait,
        ["System.Threading.Tasks.Task.Wait"] = s_wait,
        ["System.Threading.Tasks.Task.WaitAll"] = s_wait,
        ["System.Threading.Tasks.Task.WaitAny"] = s_wait,
        ["System.Threading.Tasks.Task.Result"] = s_wait,
        ["System.Threading.Tasks.Task.GetAwaiter"] = s_wait,
        ["System.Threading.Tasks.Task.ConfigureAwait"] = s_wait,
        ["System.Threading.Tasks.ValueTask.Result"] = s_wait,
        ["System.Threading.Tasks.ValueTask.GetAwaiter"] = s_wait,
        ["System.Threading.Tasks.ValueTask.ConfigureAwait"] = s_wait,
    };

    /// <summary>Returns the rule that a name breaks and the text for its message; null when it breaks none.</summary>
    public static (RecipeRule Rule, string Shown)? Find(SimpleNameSyntax name, SemanticModel model)
    {
        if (name is IdentifierNameSyntax { IsVar: true }) return null;
        var symbol = model.GetSymbolInfo(name).Symbol;
        if (symbol is IAliasSymbol alias) symbol = alias.Target;
        if (symbol is INamedTypeSymbol type) return RuleFor(type) is { } rule ? (rule, type.Name) : null;
        if (symbol is not (IMethodSymbol or IPropertySymbol) || symbol.ContainingType is not { } owner) return null;
        if (!s_members.TryGetValue($"{NameOf(owner)}.{symbol.Name}", out var broken)) return null;
        return (broken, $"{owner.Name}.{symbol.Name}");
    }

    private static RecipeRule? RuleFor(INamedTypeSymbol type)
    {
        var name = NameOf(type);
        if (s_types.TryGetValue(name, out var rule)) return rule;
        if (s_allowed.Contains(name)) return null;
        return s_namespaces.FirstOrDefault(n => name.StartsWith(n.Namespace + ".", StringComparison.Ordinal)).Rule;
    }

    /// <summary>The full name of the outermost type without type arguments.</summary>
    private static string NameOf(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } outer) type = outer;
        return $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}";
    }
}
