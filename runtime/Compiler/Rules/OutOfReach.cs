using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Rules;

/// <summary>
/// Types and members of the framework that a recipe has no business with: it would wait, or reach past its host. A type is refused where it
/// is named, so its members need no list. This catches mistakes; it is no sandbox against an author who means harm.
/// </summary>
internal static class OutOfReach
{
    private static readonly Rule s_io =
        new("PR0008", "a recipe does no I/O: '{0}' is work for a plugin; read it as a device's tag, write it to a sink");
    private static readonly Rule s_waiting = new(
        "PR0009", "a recipe neither waits nor starts threads: take '{0}' out; what is to happen later says Every, Throttle, Window or Silent");
    private static readonly Rule s_host = new("PR0010", "'{0}' acts on the whole host, not on this recipe alone: take it out");

    /// <summary>By namespace; what lies below it is meant too.</summary>
    private static readonly (string Namespace, Rule Rule)[] s_namespaces =
    [
        ("System.IO", s_io), ("System.Net", s_io), ("Microsoft.Win32", s_io), ("System.Threading", s_waiting),
        ("System.Runtime.InteropServices", s_host), ("System.Runtime.Loader", s_host), ("System.Reflection.Emit", s_host),
    ];

    /// <summary>What those namespaces have that neither waits nor does I/O.</summary>
    private static readonly HashSet<string> s_harmless =
    [
        "System.IO.Path", "System.IO.StringReader", "System.IO.StringWriter", "System.IO.TextReader", "System.IO.TextWriter", "System.IO.MemoryStream",
        "System.IO.IOException", "System.IO.InvalidDataException", "System.IO.EndOfStreamException", "System.Net.IPAddress", "System.Net.WebUtility",
        "System.Threading.Interlocked", "System.Threading.Volatile", "System.Threading.CancellationToken",
        "System.Threading.Tasks.Task", "System.Threading.Tasks.ValueTask", "System.Runtime.InteropServices.LayoutKind",
    ];

    private static readonly Dictionary<string, Rule> s_types = new()
    {
        ["System.Diagnostics.Process"] = s_io,
        ["System.GC"] = s_host,
        ["System.AppDomain"] = s_host,
        ["System.AppContext"] = s_host,
    };

    private static readonly Dictionary<string, Rule> s_members = new()
    {
        ["System.Console.Read"] = s_io,
        ["System.Console.ReadKey"] = s_io,
        ["System.Console.ReadLine"] = s_io,
        ["System.Console.In"] = s_io,
        ["System.Console.OpenStandardInput"] = s_io,
        ["System.Environment.Exit"] = s_host,
        ["System.Environment.FailFast"] = s_host,
        ["System.Environment.SetEnvironmentVariable"] = s_host,
        ["System.Linq.ParallelEnumerable.AsParallel"] = s_waiting,
        ["System.Threading.Tasks.Task.Run"] = s_waiting,
        ["System.Threading.Tasks.Task.Delay"] = s_waiting,
        ["System.Threading.Tasks.Task.Factory"] = s_waiting,
        ["System.Threading.Tasks.Task.Start"] = s_waiting,
        ["System.Threading.Tasks.Task.RunSynchronously"] = s_waiting,
        ["System.Threading.Tasks.Task.ContinueWith"] = s_waiting,
        ["System.Threading.Tasks.Task.Wait"] = s_waiting,
        ["System.Threading.Tasks.Task.WaitAll"] = s_waiting,
        ["System.Threading.Tasks.Task.WaitAny"] = s_waiting,
        ["System.Threading.Tasks.Task.Result"] = s_waiting,
        ["System.Threading.Tasks.Task.GetAwaiter"] = s_waiting,
        ["System.Threading.Tasks.Task.ConfigureAwait"] = s_waiting,
        ["System.Threading.Tasks.ValueTask.Result"] = s_waiting,
        ["System.Threading.Tasks.ValueTask.GetAwaiter"] = s_waiting,
        ["System.Threading.Tasks.ValueTask.ConfigureAwait"] = s_waiting,
    };

    /// <summary>The rule that a name breaks, with what to show of it; null when it breaks none.</summary>
    public static (Rule Rule, string Shown)? Find(SimpleNameSyntax name, SemanticModel model)
    {
        if (name is IdentifierNameSyntax { IsVar: true }) return null;
        var symbol = model.GetSymbolInfo(name).Symbol;
        if (symbol is IAliasSymbol alias) symbol = alias.Target;
        if (symbol is INamedTypeSymbol type) return Of(type) is { } rule ? (rule, type.Name) : null;
        if (symbol is not (IMethodSymbol or IPropertySymbol) || symbol.ContainingType is not { } owner) return null;
        return s_members.TryGetValue($"{NameOf(owner)}.{symbol.Name}", out var broken) ? (broken, $"{owner.Name}.{symbol.Name}") : null;
    }

    private static Rule? Of(INamedTypeSymbol type)
    {
        var name = NameOf(type);
        if (s_types.TryGetValue(name, out var rule)) return rule;
        if (s_harmless.Contains(name)) return null;
        return s_namespaces.FirstOrDefault(n => name.StartsWith(n.Namespace + ".", StringComparison.Ordinal)).Rule;
    }

    /// <summary>Without what stands in angle brackets: a task with a result is a task.</summary>
    private static string NameOf(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } outer) type = outer;
        return $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}";
    }
}
