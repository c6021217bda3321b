using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Guarding;

/// <summary>
/// Puts a check into every loop, jump, function, lambda and query clause of a file, so that whatever runs without end comes by a check
/// without end. The check of a loop stands outside of any <c>try</c> in its body: no <c>catch</c> holds it back for ever.
/// </summary>
/// <param name="model">The model of the file as its author wrote it, free of errors.</param>
internal sealed class GuardRewriter(SemanticModel model) : CSharpSyntaxRewriter
{
    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node)
    {
        var loop = (WhileStatementSyntax)base.VisitWhileStatement(node)!;
        return loop.Statement is BlockSyntax block
            ? loop.WithStatement(GuardSyntax.Checked(block))
            : loop.WithCloseParenToken(Unseen.Without(loop.CloseParenToken)).WithStatement(Body(loop.Statement, loop.CloseParenToken));
    }

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node)
    {
        var loop = (ForStatementSyntax)base.VisitForStatement(node)!;
        return loop.Statement is BlockSyntax block
            ? loop.WithStatement(GuardSyntax.Checked(block))
            : loop.WithCloseParenToken(Unseen.Without(loop.CloseParenToken)).WithStatement(Body(loop.Statement, loop.CloseParenToken));
    }

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) => ForEach((CommonForEachStatementSyntax)base.VisitForEachStatement(node)!);

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        ForEach((CommonForEachStatementSyntax)base.VisitForEachVariableStatement(node)!);

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node)
    {
        var loop = (DoStatementSyntax)base.VisitDoStatement(node)!;
        return loop.Statement is BlockSyntax block
            ? loop.WithStatement(GuardSyntax.Checked(block))
            : loop.WithDoKeyword(Unseen.Without(loop.DoKeyword)).WithStatement(Body(loop.Statement, loop.DoKeyword));
    }

    /// <summary>Jumps are checked where they start: that covers labels, and the cases of a switch that jump to each other.</summary>
    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node)
    {
        var jump = (GotoStatementSyntax)base.VisitGotoStatement(node)!;
        var block = GuardSyntax.Checked(
            jump.WithGotoKeyword(Unseen.Token(SyntaxKind.GotoKeyword)), jump.GotoKeyword, Unseen.Token(SyntaxKind.CloseBraceToken));
        return block.WithLeadingTrivia(jump.GetLeadingTrivia());
    }

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
        if (maker.Initializer is { } first) maker = maker.WithInitializer(first.WithArgumentList(Creating.Checked(first.ArgumentList)));
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
        if (property.Initializer is { } initial && !property.Modifiers.Any(SyntaxKind.StaticKeyword) && node.Parent is TypeDeclarationSyntax)
            return property.WithInitializer(initial.WithValue(Creating.Checked(initial.Value)));
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
        if (node.Parent is not TypeDeclarationSyntax || field.Modifiers.Any(SyntaxKind.StaticKeyword) || field.Modifiers.Any(SyntaxKind.ConstKeyword)) return field;
        var values = field.Declaration.Variables.Select(v => v.Initializer?.Value).OfType<ExpressionSyntax>();
        return field.ReplaceNodes(values, (value, _) => Creating.Checked(value));
    }

    public override SyntaxNode? VisitPrimaryConstructorBaseType(PrimaryConstructorBaseTypeSyntax node)
    {
        var basis = (PrimaryConstructorBaseTypeSyntax)base.VisitPrimaryConstructorBaseType(node)!;
        return basis.WithArgumentList(Creating.Checked(basis.ArgumentList));
    }

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) =>
        IsExpressionTree(node) ? node : Lambda((LambdaExpressionSyntax)base.VisitSimpleLambdaExpression(node)!, IsVoid(node));

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) =>
        IsExpressionTree(node) ? node : Lambda((LambdaExpressionSyntax)base.VisitParenthesizedLambdaExpression(node)!, IsVoid(node));

    public override SyntaxNode? VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node)
    {
        var function = (AnonymousMethodExpressionSyntax)base.VisitAnonymousMethodExpression(node)!;
        return function.WithBlock(GuardSyntax.Checked(function.Block));
    }

    public override SyntaxNode? VisitQueryExpression(QueryExpressionSyntax node)
    {
        var query = (QueryExpressionSyntax)base.VisitQueryExpression(node)!;
        return Queries.IsExpressionTree(model, node) ? query : query.WithBody(Queries.Checked(query.Body));
    }

    private static StatementSyntax Body(StatementSyntax statement, SyntaxToken borrowed) =>
        GuardSyntax.Checked(statement, borrowed, SyntaxFactory.Token(SyntaxKind.CloseBraceToken));

    private static BlockSyntax Body(ArrowExpressionClauseSyntax arrow, bool isVoid, SyntaxToken semicolon)
    {
        var close = Unseen.Token(SyntaxKind.CloseBraceToken, semicolon.Text);
        var block = GuardSyntax.Checked(Statement(arrow.Expression, isVoid), arrow.ArrowToken, close);
        return block.WithLeadingTrivia(arrow.ArrowToken.LeadingTrivia)
            .WithCloseBraceToken(close.WithLeadingTrivia(block.CloseBraceToken.TrailingTrivia.AddRange(semicolon.LeadingTrivia)).WithTrailingTrivia(semicolon.TrailingTrivia));
    }

    private static AccessorListSyntax Getter(ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon) => SyntaxFactory.AccessorList(
        Unseen.Token(SyntaxKind.OpenBraceToken),
        [SyntaxFactory.AccessorDeclaration(
            SyntaxKind.GetAccessorDeclaration, default, default, Unseen.Token(SyntaxKind.GetKeyword), Body(arrow, isVoid: false, semicolon), default)],
        Unseen.Token(SyntaxKind.CloseBraceToken));

    private static StatementSyntax Statement(ExpressionSyntax expression, bool isVoid) => expression switch
    {
        ThrowExpressionSyntax thrown => SyntaxFactory.ThrowStatement(thrown.ThrowKeyword, thrown.Expression, Unseen.Token(SyntaxKind.SemicolonToken)),
        _ when isVoid => SyntaxFactory.ExpressionStatement(expression, Unseen.Token(SyntaxKind.SemicolonToken)),
        _ => SyntaxFactory.ReturnStatement(Unseen.Token(SyntaxKind.ReturnKeyword), expression, Unseen.Token(SyntaxKind.SemicolonToken)),
    };

    private static CommonForEachStatementSyntax ForEach(CommonForEachStatementSyntax loop) => loop.Statement is BlockSyntax block
        ? loop.WithStatement(GuardSyntax.Checked(block))
        : loop.WithCloseParenToken(Unseen.Without(loop.CloseParenToken)).WithStatement(Body(loop.Statement, loop.CloseParenToken));

    private static LambdaExpressionSyntax Lambda(LambdaExpressionSyntax lambda, bool isVoid)
    {
        if (lambda.Block is { } block) return lambda.WithBlock(GuardSyntax.Checked(block));

        // Only the end of a void lambda can be reached, so only there does the brace need a width.
        var close = isVoid ? SyntaxFactory.Token(SyntaxKind.CloseBraceToken) : Unseen.Token(SyntaxKind.CloseBraceToken);
        var body = GuardSyntax.Checked(Statement(lambda.ExpressionBody!, isVoid), lambda.ArrowToken, close);
        return lambda.WithExpressionBody(null).WithArrowToken(Unseen.Without(lambda.ArrowToken)).WithBlock(body);
    }

    private bool IsExpressionTree(LambdaExpressionSyntax node) =>
        model.GetTypeInfo(node).ConvertedType is { Name: "Expression" } type && type.ContainingNamespace.ToDisplayString() == "System.Linq.Expressions";

    /// <summary>True when the body gives nothing to return: void, or async without a result.</summary>
    private bool IsVoid(SyntaxNode node)
    {
        var function = (node is AnonymousFunctionExpressionSyntax ? model.GetSymbolInfo(node).Symbol : model.GetDeclaredSymbol(node)) as IMethodSymbol;
        return function is { ReturnsVoid: true } or { IsAsync: true, ReturnType: INamedTypeSymbol { Arity: 0 } };
    }
}
