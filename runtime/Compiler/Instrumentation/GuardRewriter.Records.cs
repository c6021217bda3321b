using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Instrumentation;

/// <content>Equality and hash code that the compiler generates for a record; they recurse when records contain each other.</content>
internal sealed partial class GuardRewriter
{
    private const string Contract = "EqualityContract";

    /// <summary>
    /// Both call <c>EqualityContract</c> first (C# specification, Records, "Equality members"). This method declares that property with a
    /// check, unless the author declares it. The property takes the position of the last brace or semicolon.
    /// </summary>
    public override SyntaxNode? VisitRecordDeclaration(RecordDeclarationSyntax node)
    {
        var record = (RecordDeclarationSyntax)base.VisitRecordDeclaration(node)!;
        var symbol = model.GetDeclaredSymbol(node)!;
        if (symbol.IsValueType || symbol.GetMembers(Contract).Any(m => !m.IsImplicitlyDeclared)) return record;
        if (symbol.DeclaringSyntaxReferences[0].GetSyntax() != node) return record;

        var end = node.SemicolonToken.IsKind(SyntaxKind.None) ? record.CloseBraceToken : record.SemicolonToken;
        var open = record.OpenBraceToken.IsKind(SyntaxKind.None) ? ZeroWidthToken.Token(SyntaxKind.OpenBraceToken) : record.OpenBraceToken;
        return record.WithOpenBraceToken(open).WithMembers(record.Members.Add(ContractOf(symbol, end)))
            .WithCloseBraceToken(ZeroWidthToken.Token(SyntaxKind.CloseBraceToken).WithTrailingTrivia(end.TrailingTrivia))
            .WithSemicolonToken(default);
    }

    private static MemberDeclarationSyntax ContractOf(INamedTypeSymbol record, SyntaxToken end)
    {
        var isFirst = record.BaseType!.SpecialType == SpecialType.System_Object;
        var modifiers = !isFirst ? "protected override" : record.IsSealed ? "private" : "protected virtual";
        var arguments = record.TypeParameters.Length == 0 ? "" : $"<{string.Join(", ", record.TypeParameters.Select(p => p.Name))}>";
        var text = $"{modifiers} global::System.Type {Contract} => global::RecipeGuardValue.Of(typeof(@{record.Name}{arguments}));";
        var member = ZeroWidthToken.Erase((PropertyDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(text)!);
        var last = ((InvocationExpressionSyntax)member.ExpressionBody!.Expression).ArgumentList.CloseParenToken;
        return member.ReplaceToken(last, ZeroWidthToken.Token(SyntaxKind.CloseParenToken, end.Text).WithLeadingTrivia(end.LeadingTrivia));
    }
}
