using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PlantRuntime.Recipes;

namespace PlantRuntime.Compiler;

/// <summary>The compiler's errors in a site engineer's words, with what may have been meant.</summary>
internal static class PlainWords
{
    private const int FewNames = 12;

    public static string Of(Diagnostic diagnostic, CSharpCompilation compilation)
    {
        var message = diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
        if (diagnostic.Location.SourceTree is not { } tree || tree.GetRoot().FindNode(diagnostic.Location.SourceSpan) is not { } node) return message;
        var model = compilation.GetSemanticModel(tree);
        return diagnostic.Id switch
        {
            "CS0117" or "CS1061" when Member(node) is var (owner, name) => NoMember(model, owner, name),
            "CS0103" or "CS0246" when node is SimpleNameSyntax name => NoName(model, name),
            "CS1002" => "a semicolon is missing: a statement ends with ;",
            _ => message,
        };
    }

    private static (ExpressionSyntax Owner, string Name)? Member(SyntaxNode node) =>
        node.FirstAncestorOrSelf<MemberAccessExpressionSyntax>() is { } access ? (access.Expression, access.Name.Identifier.Text) : null;

    private static string NoMember(SemanticModel model, ExpressionSyntax owner, string name)
    {
        var symbol = model.GetSymbolInfo(owner).Symbol;
        var type = symbol as ITypeSymbol ?? model.GetTypeInfo(owner).Type;
        if (type is null) return $"there is no '{name}' here";
        var isStatic = symbol is ITypeSymbol;
        var names = model.LookupSymbols(owner.Span.End, type, includeReducedExtensionMethods: !isStatic)
            .Where(s => s.IsStatic == isStatic || s is IMethodSymbol { ReducedFrom: not null })
            .Where(s => s.ContainingType?.SpecialType != SpecialType.System_Object && s is IPropertySymbol or IFieldSymbol or IMethodSymbol)
            .Select(s => s.Name).Distinct().ToList();
        var hint = Nearest.Find(name, names) is { } near ? $": did you mean '{near}'?"
            : names.Count is > 0 and <= FewNames ? $"; there are {string.Join(", ", names.Order())}" : "";
        return $"{Shown(type)} has no '{name}'{hint}";
    }

    private static string NoName(SemanticModel model, SimpleNameSyntax name)
    {
        var names = model.LookupSymbols(name.SpanStart).Select(s => s.Name).Distinct();
        var hint = Nearest.Find(name.Identifier.Text, names) is { } near ? $": did you mean '{near}'?" : "";
        return $"there is no '{name.Identifier.Text}' here{hint}";
    }

    /// <summary>Types that were generated from site.toml, by the names that recipes know.</summary>
    private static string Shown(ITypeSymbol type) => type.Name switch
    {
        var name when name.EndsWith("_Device", StringComparison.Ordinal) => $"'Plant.{name[..^"_Device".Length]}'",
        var name when name.EndsWith("_Tags", StringComparison.Ordinal) => $"'Plant.{name[..^"_Tags".Length]}.Tags'",
        _ => $"'{type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}'",
    };
}
