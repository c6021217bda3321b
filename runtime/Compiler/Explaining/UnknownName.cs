using PlantRuntime.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Explaining;

/// <summary>Names that do not exist: says what has no such name, and which name was probably meant.</summary>
internal static class UnknownName
{
    private const int FewNames = 12;

    /// <summary>Null when the diagnostic is about something else.</summary>
    public static string? Explain(Diagnostic diagnostic, SemanticModel model)
    {
        var node = model.SyntaxTree.GetRoot().FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        if (node.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().FirstOrDefault() is not { } name) return null;
        var word = name.Identifier.ValueText;
        return diagnostic.Id switch
        {
            "CS0117" or "CS1061" => Member(name, word, model),
            "CS1739" => Parameter(name, word, model),
            "CS0103" => $"there is no '{word}' here{Hint(word, Visible(name, model))}",
            "CS0246" => $"there is no type or namespace '{word}'{Hint(word, Visible(name, model))}",
            _ => null,
        };
    }

    private static string? Member(SimpleNameSyntax name, string word, SemanticModel model)
    {
        if (name.Parent is not MemberAccessExpressionSyntax access || access.Name != name) return null;
        var symbol = model.GetSymbolInfo(access.Expression).Symbol;
        var isType = symbol is INamedTypeSymbol;
        if ((isType ? symbol as ITypeSymbol : model.GetTypeInfo(access.Expression).Type) is not { } owner) return null;
        var members = MemberNames.Of(owner, isType, model, name.SpanStart);
        return $"'{Shown(access.Expression, owner)}' has no '{word}'{Hint(word, members, IsOfTheSite(owner))}";
    }

    private static string? Parameter(SimpleNameSyntax name, string word, SemanticModel model)
    {
        if (name.FirstAncestorOrSelf<InvocationExpressionSyntax>()?.Expression is not { } called) return null;
        var methods = model.GetMemberGroup(called).OfType<IMethodSymbol>().ToList();
        return $"'{called}' has no '{word}'{Hint(word, [.. methods.SelectMany(m => m.Parameters).Select(p => p.Name)], methods.Any(m => IsOfTheSite(m.ContainingType)))}";
    }

    private static bool IsOfTheSite(ITypeSymbol type) => type.Locations.Any(place => place.SourceTree?.FilePath == "<generated>");

    /// <summary>What the author wrote, when it is short enough to be recognised; else its type.</summary>
    private static string Shown(ExpressionSyntax expression, ITypeSymbol type)
    {
        var text = expression.ToString();
        return text.Length <= 30 && !text.Contains('\n') ? text : type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
    }

    private static List<string> Visible(SyntaxNode name, SemanticModel model) =>
        [.. model.LookupSymbols(name.SpanStart).Where(symbol => symbol.CanBeReferencedByName).Select(symbol => symbol.Name)];

    private static string Hint(string word, IReadOnlyList<string> names, bool isOfTheSite = false)
    {
        if (Nearest.Find(word, names) is { } near) return $": did you mean '{near}'?";
        return isOfTheSite && names.Count is > 0 and <= FewNames ? $"; it has {Listed(names)}" : "";
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Distinct().Order(StringComparer.Ordinal));
}
