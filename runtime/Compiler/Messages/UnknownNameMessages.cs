using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Writes messages for names that do not exist: the type or scope without that name, and the nearest existing name. Pure; called by
/// <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class UnknownNameMessages
{
    // A message lists at most this many names, so that it stays one or two lines.
    private const int FewNames = 12;
    private const int MaxNear = 3;
    private const int MaxRelated = 5;

    // Letters that names must have in common to be listed although they are not near.
    private const int MinCommon = 4;

    /// <summary>Returns null for any other diagnostic.</summary>
    public static string? Find(Diagnostic diagnostic, SemanticModel model)
    {
        var node = model.SyntaxTree.GetRoot().FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        if (node.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().FirstOrDefault() is not { } name) return null;
        var word = name.Identifier.ValueText;
        return diagnostic.Id switch
        {
            "CS0117" or "CS1061" => Member(name, word, model),
            "CS1739" => Parameter(name, word, model),
            "CS0103" => $"there is no '{word}' here{Suggestion(word, Visible(name, model))}",
            "CS0246" => $"there is no type or namespace '{word}'{Suggestion(word, Visible(name, model))}",
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
        return $"'{DisplayText(access.Expression, owner)}' has no '{word}'{Suggestion(word, members, IsGenerated(owner))}";
    }

    private static string? Parameter(SimpleNameSyntax name, string word, SemanticModel model)
    {
        if (name.FirstAncestorOrSelf<InvocationExpressionSyntax>()?.Expression is not { } called) return null;
        var methods = model.GetMemberGroup(called).OfType<IMethodSymbol>().ToList();
        return $"'{called}' has no '{word}'{Suggestion(word, [.. methods.SelectMany(m => m.Parameters).Select(p => p.Name)], methods.Any(m => IsGenerated(m.ContainingType)))}";
    }

    private static bool IsGenerated(ITypeSymbol type) => type.Locations.Any(place => place.SourceTree?.FilePath == "<generated>");

    /// <summary>Returns the expression as written if it is short; otherwise its type.</summary>
    private static string DisplayText(ExpressionSyntax expression, ITypeSymbol type)
    {
        var text = expression.ToString();
        return text.Length <= 30 && !text.Contains('\n') ? text : type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
    }

    private static List<string> Visible(SyntaxNode name, SemanticModel model) =>
        [.. model.LookupSymbols(name.SpanStart).Where(symbol => symbol.CanBeReferencedByName).Select(symbol => symbol.Name)];

    private static string Suggestion(string word, IReadOnlyList<string> names, bool isOfTheSite = false)
    {
        var near = NearestName.FindAll(word, names).Distinct().Take(MaxNear).Select(name => $"'{name}'").ToList();
        if (near.Count > 0)
            return $": did you mean {(near.Count == 1 ? near[0] : $"{string.Join(", ", near.SkipLast(1))} or {near[^1]}")}?";
        if (isOfTheSite && names.Count is > 0 and <= FewNames) return $"; it has {Listed(names)}";
        var related = names.Where(name => IsRelated(name, word)).Distinct().Take(MaxRelated).ToList();
        return related.Count > 0 ? $"; similar names are {Listed(related)}" : "";
    }

    // One name contains the other, or both begin with the same letters.
    private static bool IsRelated(string name, string word) => word.Length >= MinCommon && name.Length >= MinCommon
        && (name.Contains(word, StringComparison.OrdinalIgnoreCase) || word.Contains(name, StringComparison.OrdinalIgnoreCase)
            || name.AsSpan(0, MinCommon).Equals(word.AsSpan(0, MinCommon), StringComparison.OrdinalIgnoreCase));

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Distinct().Order(StringComparer.Ordinal));
}
