using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace PlantRuntime.Compiler;

/// <summary>
/// Puts a check at the head of every loop and function, and before every goto. What it adds stands on lines that are there: a line number
/// in the assembly is one of the file.
/// </summary>
internal sealed class GuardRewriter(SemanticModel model) : CSharpSyntaxRewriter
{
    private static readonly StatementSyntax s_check = ParseStatement("RecipeGuard.Check();");

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) =>
        base.VisitWhileStatement(node) is WhileStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) =>
        base.VisitDoStatement(node) is DoStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) =>
        base.VisitForStatement(node) is ForStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        base.VisitForEachStatement(node) is ForEachStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        base.VisitForEachVariableStatement(node) is ForEachVariableStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node) => Guarded(node);

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        var method = (MethodDeclarationSyntax)base.VisitMethodDeclaration(node)!;
        return TryBody(node, method.Body, method.ExpressionBody, method.SemicolonToken, out var body)
            ? method.WithBody(body).WithExpressionBody(null).WithSemicolonToken(default)
            : method;
    }

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        var function = (LocalFunctionStatementSyntax)base.VisitLocalFunctionStatement(node)!;
        return TryBody(node, function.Body, function.ExpressionBody, function.SemicolonToken, out var body)
            ? function.WithBody(body).WithExpressionBody(null).WithSemicolonToken(default)
            : function;
    }

    public override SyntaxNode? VisitConstructorDeclaration(ConstructorDeclarationSyntax node)
    {
        var constructor = (ConstructorDeclarationSyntax)base.VisitConstructorDeclaration(node)!;
        return TryBody(node, constructor.Body, constructor.ExpressionBody, constructor.SemicolonToken, out var body)
            ? constructor.WithBody(body).WithExpressionBody(null).WithSemicolonToken(default)
            : constructor;
    }

    public override SyntaxNode? VisitOperatorDeclaration(OperatorDeclarationSyntax node)
    {
        var method = (OperatorDeclarationSyntax)base.VisitOperatorDeclaration(node)!;
        return TryBody(node, method.Body, method.ExpressionBody, method.SemicolonToken, out var body)
            ? method.WithBody(body).WithExpressionBody(null).WithSemicolonToken(default)
            : method;
    }

    public override SyntaxNode? VisitConversionOperatorDeclaration(ConversionOperatorDeclarationSyntax node)
    {
        var method = (ConversionOperatorDeclarationSyntax)base.VisitConversionOperatorDeclaration(node)!;
        return TryBody(node, method.Body, method.ExpressionBody, method.SemicolonToken, out var body)
            ? method.WithBody(body).WithExpressionBody(null).WithSemicolonToken(default)
            : method;
    }

    public override SyntaxNode? VisitAccessorDeclaration(AccessorDeclarationSyntax node)
    {
        var accessor = (AccessorDeclarationSyntax)base.VisitAccessorDeclaration(node)!;
        return TryBody(node, accessor.Body, accessor.ExpressionBody, accessor.SemicolonToken, out var body)
            ? accessor.WithBody(body).WithExpressionBody(null).WithSemicolonToken(default)
            : accessor;
    }

    public override SyntaxNode? VisitPropertyDeclaration(PropertyDeclarationSyntax node)
    {
        var property = (PropertyDeclarationSyntax)base.VisitPropertyDeclaration(node)!;
        return property.ExpressionBody is { } arrow && property.Type is not RefTypeSyntax && arrow.Expression is not ThrowExpressionSyntax
            ? property.WithExpressionBody(null).WithSemicolonToken(default).WithAccessorList(Getter(arrow, property.SemicolonToken))
            : property;
    }

    public override SyntaxNode? VisitIndexerDeclaration(IndexerDeclarationSyntax node)
    {
        var indexer = (IndexerDeclarationSyntax)base.VisitIndexerDeclaration(node)!;
        return indexer.ExpressionBody is { } arrow && indexer.Type is not RefTypeSyntax && arrow.Expression is not ThrowExpressionSyntax
            ? indexer.WithExpressionBody(null).WithSemicolonToken(default).WithAccessorList(Getter(arrow, indexer.SemicolonToken))
            : indexer;
    }

    public override SyntaxNode? VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node)
    {
        var method = (AnonymousMethodExpressionSyntax)base.VisitAnonymousMethodExpression(node)!;
        return method.WithBlock(InBlock(method.Block));
    }

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node)
    {
        if (IsExpressionTree(node)) return node;
        var lambda = (SimpleLambdaExpressionSyntax)base.VisitSimpleLambdaExpression(node)!;
        if (lambda.Block is { } block) return lambda.WithBlock(InBlock(block));
        return IsPlain(lambda.ExpressionBody) ? lambda.WithExpressionBody(null).WithBlock(Body(lambda.ExpressionBody, IsVoid(node))) : lambda;
    }

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node)
    {
        if (IsExpressionTree(node)) return node;
        var lambda = (ParenthesizedLambdaExpressionSyntax)base.VisitParenthesizedLambdaExpression(node)!;
        if (lambda.Block is { } block) return lambda.WithBlock(InBlock(block));
        return IsPlain(lambda.ExpressionBody) ? lambda.WithExpressionBody(null).WithBlock(Body(lambda.ExpressionBody, IsVoid(node))) : lambda;
    }

    private bool TryBody(SyntaxNode original, BlockSyntax? block, ArrowExpressionClauseSyntax? arrow, SyntaxToken semicolon, [NotNullWhen(true)] out BlockSyntax? body)
    {
        body = block is not null ? InBlock(block)
            : arrow is not null && IsPlain(arrow.Expression)
                ? Body(arrow.Expression.WithLeadingTrivia(arrow.ArrowToken.LeadingTrivia.AddRange(arrow.ArrowToken.TrailingTrivia).AddRange(arrow.Expression.GetLeadingTrivia())), IsVoid(original))
                    .WithTrailingTrivia(semicolon.TrailingTrivia)
                : null;
        return body is not null;
    }

    /// <summary>What has no natural block form stays: a throw ends by itself, and a reference cannot be returned by a plain return.</summary>
    private static bool IsPlain([NotNullWhen(true)] ExpressionSyntax? expression) => expression is not (null or ThrowExpressionSyntax or RefExpressionSyntax);

    /// <summary>True when a function returns nothing: void, or a task without a value from an async one.</summary>
    private bool IsVoid(SyntaxNode original)
    {
        var symbol = (original is AnonymousFunctionExpressionSyntax ? model.GetSymbolInfo(original).Symbol : model.GetDeclaredSymbol(original)) as IMethodSymbol;
        return symbol is { ReturnsVoid: true } || symbol is { IsAsync: true, ReturnType: INamedTypeSymbol { IsGenericType: false } };
    }

    private bool IsExpressionTree(AnonymousFunctionExpressionSyntax lambda) =>
        model.GetTypeInfo(lambda).ConvertedType is INamedTypeSymbol { Name: "Expression", ContainingNamespace.Name: "Expressions" };

    private static AccessorListSyntax Getter(ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon) =>
        AccessorList(SingletonList(AccessorDeclaration(SyntaxKind.GetAccessorDeclaration, Body(arrow.Expression.WithLeadingTrivia(arrow.ArrowToken.TrailingTrivia), isVoid: false))))
            .WithTrailingTrivia(semicolon.TrailingTrivia);

    private static BlockSyntax Body(ExpressionSyntax expression, bool isVoid)
    {
        StatementSyntax statement = isVoid
            ? ExpressionStatement(expression)
            : ReturnStatement(Token(TriviaList(), SyntaxKind.ReturnKeyword, TriviaList(Space)), expression, Token(SyntaxKind.SemicolonToken));
        return Block(s_check, statement);
    }

    private static BlockSyntax InBlock(BlockSyntax block)
    {
        // Right behind the brace, before what follows it on its line: a directive that comes next stays first on its own.
        var brace = block.OpenBraceToken;
        return block.WithOpenBraceToken(brace.WithTrailingTrivia())
            .WithStatements(block.Statements.Insert(0, s_check.WithTrailingTrivia(brace.TrailingTrivia)));
    }

    private static BlockSyntax Guarded(StatementSyntax statement)
    {
        if (statement is BlockSyntax block) return InBlock(block);
        return Block(s_check, statement.WithTrailingTrivia()).WithTrailingTrivia(statement.GetTrailingTrivia());
    }
}
