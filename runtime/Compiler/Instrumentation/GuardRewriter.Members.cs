using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Instrumentation;

/// <content>Methods, accessors, operators and constructors, and initializers of fields and properties.</content>
internal sealed partial class GuardRewriter
{
    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        var method = (MethodDeclarationSyntax)base.VisitMethodDeclaration(node)!;
        if (method.Body is { } body) return method.WithBody(GuardSyntax.Checked(body));
        if (method.ExpressionBody is not { } arrow) return method;
        return method.WithExpressionBody(null).WithBody(Body(arrow, IsVoid(node), method.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        var function = (LocalFunctionStatementSyntax)base.VisitLocalFunctionStatement(node)!;
        if (function.Body is { } body) return function.WithBody(GuardSyntax.Checked(body));
        if (function.ExpressionBody is not { } arrow) return function;
        return function.WithExpressionBody(null).WithBody(Body(arrow, IsVoid(node), function.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitOperatorDeclaration(OperatorDeclarationSyntax node)
    {
        var function = (OperatorDeclarationSyntax)base.VisitOperatorDeclaration(node)!;
        if (function.Body is { } body) return function.WithBody(GuardSyntax.Checked(body));
        if (function.ExpressionBody is not { } arrow) return function;
        return function.WithExpressionBody(null).WithBody(Body(arrow, IsVoid(node), function.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitConversionOperatorDeclaration(ConversionOperatorDeclarationSyntax node)
    {
        var function = (ConversionOperatorDeclarationSyntax)base.VisitConversionOperatorDeclaration(node)!;
        if (function.Body is { } body) return function.WithBody(GuardSyntax.Checked(body));
        if (function.ExpressionBody is not { } arrow) return function;
        return function.WithExpressionBody(null).WithBody(Body(arrow, false, function.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitConstructorDeclaration(ConstructorDeclarationSyntax node)
    {
        var maker = (ConstructorDeclarationSyntax)base.VisitConstructorDeclaration(node)!;
        if (maker.Initializer is { } first)
            maker = maker.WithInitializer(first.WithArgumentList(ConstructorInitializerGuards.AddChecks(first.ArgumentList)));
        if (maker.Body is { } body) return maker.WithBody(GuardSyntax.Checked(body));
        if (maker.ExpressionBody is not { } arrow) return maker;
        return maker.WithExpressionBody(null).WithBody(Body(arrow, true, maker.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitAccessorDeclaration(AccessorDeclarationSyntax node)
    {
        var accessor = (AccessorDeclarationSyntax)base.VisitAccessorDeclaration(node)!;
        if (accessor.Body is { } body) return accessor.WithBody(GuardSyntax.Checked(body));
        if (accessor.ExpressionBody is not { } arrow) return accessor;
        var isVoid = !accessor.IsKind(SyntaxKind.GetAccessorDeclaration);
        return accessor.WithExpressionBody(null).WithBody(Body(arrow, isVoid, accessor.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        var property = (PropertyDeclarationSyntax)base.VisitPropertyDeclaration(node)!;
        if (property.Initializer is { } initial && !property.Modifiers.Any(SyntaxKind.StaticKeyword)
            && node.Parent is TypeDeclarationSyntax)
            return property.WithInitializer(initial.WithValue(ConstructorInitializerGuards.AddChecks(initial.Value)));
        if (property.ExpressionBody is not { } arrow) return property;
        return property.WithExpressionBody(null).WithAccessorList(Getter(arrow, property.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitIndexerDeclaration(IndexerDeclarationSyntax node)
    {
        var indexer = (IndexerDeclarationSyntax)base.VisitIndexerDeclaration(node)!;
        if (indexer.ExpressionBody is not { } arrow) return indexer;
        return indexer.WithExpressionBody(null).WithAccessorList(Getter(arrow, indexer.SemicolonToken)).WithSemicolonToken(default);
    }

    public override SyntaxNode? VisitFieldDeclaration(FieldDeclarationSyntax node)
    {
        var field = (FieldDeclarationSyntax)base.VisitFieldDeclaration(node)!;
        if (node.Parent is not TypeDeclarationSyntax) return field;
        if (field.Modifiers.Any(SyntaxKind.StaticKeyword) || field.Modifiers.Any(SyntaxKind.ConstKeyword)) return field;
        var values = field.Declaration.Variables.Select(v => v.Initializer?.Value).OfType<ExpressionSyntax>();
        return field.ReplaceNodes(values, (value, _) => ConstructorInitializerGuards.AddChecks(value));
    }

    public override SyntaxNode? VisitPrimaryConstructorBaseType(PrimaryConstructorBaseTypeSyntax node)
    {
        var basis = (PrimaryConstructorBaseTypeSyntax)base.VisitPrimaryConstructorBaseType(node)!;
        return basis.WithArgumentList(ConstructorInitializerGuards.AddChecks(basis.ArgumentList));
    }

    private static BlockSyntax Body(ArrowExpressionClauseSyntax arrow, bool isVoid, SyntaxToken semicolon)
    {
        var close = ZeroWidthToken.Token(SyntaxKind.CloseBraceToken, semicolon.Text);
        var block = GuardSyntax.Checked(Statement(arrow.Expression, isVoid), arrow.ArrowToken, close);
        var before = block.CloseBraceToken.TrailingTrivia.AddRange(semicolon.LeadingTrivia);
        return block.WithLeadingTrivia(arrow.ArrowToken.LeadingTrivia)
            .WithCloseBraceToken(close.WithLeadingTrivia(before).WithTrailingTrivia(semicolon.TrailingTrivia));
    }

    private static AccessorListSyntax Getter(ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon)
    {
        var (get, body) = (ZeroWidthToken.Token(SyntaxKind.GetKeyword), Body(arrow, isVoid: false, semicolon));
        var getter = SyntaxFactory.AccessorDeclaration(SyntaxKind.GetAccessorDeclaration, default, default, get, body, default);
        return SyntaxFactory.AccessorList(ZeroWidthToken.Token(SyntaxKind.OpenBraceToken), [getter],
            ZeroWidthToken.Token(SyntaxKind.CloseBraceToken));
    }
}
