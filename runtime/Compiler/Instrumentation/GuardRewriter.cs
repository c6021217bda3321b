using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Instrumentation;

/// <summary>
/// Inserts a check into every loop, jump, function, lambda and query clause of a file, so that code that never ends calls checks
/// repeatedly. The check of a loop is outside any <c>try</c> in its body, so no <c>catch</c> in the loop can swallow its exception forever.
/// <see cref="RecipeCompilation"/> creates one for each file.
/// </summary>
/// <param name="model">Semantic model of the file before the rewrite; the file has no errors.</param>
internal sealed partial class GuardRewriter(SemanticModel model) : CSharpSyntaxRewriter
{
    private static readonly SyntaxToken s_end = ZeroWidthToken.Token(SyntaxKind.SemicolonToken);

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node)
    {
        var loop = (WhileStatementSyntax)base.VisitWhileStatement(node)!;
        return loop.Statement is BlockSyntax block
            ? loop.WithStatement(GuardSyntax.Checked(block))
            : loop.WithCloseParenToken(ZeroWidthToken.WithoutText(loop.CloseParenToken))
                .WithStatement(Body(loop.Statement, loop.CloseParenToken));
    }

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node)
    {
        var loop = (ForStatementSyntax)base.VisitForStatement(node)!;
        return loop.Statement is BlockSyntax block
            ? loop.WithStatement(GuardSyntax.Checked(block))
            : loop.WithCloseParenToken(ZeroWidthToken.WithoutText(loop.CloseParenToken))
                .WithStatement(Body(loop.Statement, loop.CloseParenToken));
    }

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        ForEach((CommonForEachStatementSyntax)base.VisitForEachStatement(node)!);

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        ForEach((CommonForEachStatementSyntax)base.VisitForEachVariableStatement(node)!);

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node)
    {
        var loop = (DoStatementSyntax)base.VisitDoStatement(node)!;
        return loop.Statement is BlockSyntax block
            ? loop.WithStatement(GuardSyntax.Checked(block))
            : loop.WithDoKeyword(ZeroWidthToken.WithoutText(loop.DoKeyword)).WithStatement(Body(loop.Statement, loop.DoKeyword));
    }

    /// <summary>Adds the check at the jump, which covers labels and the cases of a switch that jump to each other.</summary>
    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node)
    {
        var jump = (GotoStatementSyntax)base.VisitGotoStatement(node)!;
        var block = GuardSyntax.Checked(
            jump.WithGotoKeyword(ZeroWidthToken.Token(SyntaxKind.GotoKeyword)), jump.GotoKeyword,
            ZeroWidthToken.Token(SyntaxKind.CloseBraceToken));
        return block.WithLeadingTrivia(jump.GetLeadingTrivia());
    }

    public override SyntaxNode? VisitCatchClause(CatchClauseSyntax node) =>
        GuardSyntax.Passing((CatchClauseSyntax)base.VisitCatchClause(node)!);

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
        return QueryClauseGuards.IsExpressionTree(model, node) ? query : query.WithBody(QueryClauseGuards.AddChecks(query.Body));
    }

    private static StatementSyntax Body(StatementSyntax statement, SyntaxToken borrowed) =>
        GuardSyntax.Checked(statement, borrowed, SyntaxFactory.Token(SyntaxKind.CloseBraceToken));

    private static StatementSyntax Statement(ExpressionSyntax expression, bool isVoid) => expression switch
    {
        ThrowExpressionSyntax thrown => SyntaxFactory.ThrowStatement(thrown.ThrowKeyword, thrown.Expression, s_end),
        _ when isVoid => SyntaxFactory.ExpressionStatement(expression, s_end),
        _ => SyntaxFactory.ReturnStatement(ZeroWidthToken.Token(SyntaxKind.ReturnKeyword), expression, s_end),
    };

    private static CommonForEachStatementSyntax ForEach(CommonForEachStatementSyntax loop) => loop.Statement is BlockSyntax block
        ? loop.WithStatement(GuardSyntax.Checked(block))
        : loop.WithCloseParenToken(ZeroWidthToken.WithoutText(loop.CloseParenToken))
            .WithStatement(Body(loop.Statement, loop.CloseParenToken));

    private static LambdaExpressionSyntax Lambda(LambdaExpressionSyntax lambda, bool isVoid)
    {
        if (lambda.Block is { } block) return lambda.WithBlock(GuardSyntax.Checked(block));

        // Only a void lambda can reach its closing brace, so only that brace needs a width for the debug information.
        var close = isVoid ? SyntaxFactory.Token(SyntaxKind.CloseBraceToken) : ZeroWidthToken.Token(SyntaxKind.CloseBraceToken);
        var body = GuardSyntax.Checked(Statement(lambda.ExpressionBody!, isVoid), lambda.ArrowToken, close);
        return lambda.WithExpressionBody(null).WithArrowToken(ZeroWidthToken.WithoutText(lambda.ArrowToken)).WithBlock(body);
    }

    private bool IsExpressionTree(LambdaExpressionSyntax node) =>
        model.GetTypeInfo(node).ConvertedType is { Name: "Expression" } type
            && type.ContainingNamespace.ToDisplayString() == "System.Linq.Expressions";

    /// <summary>True if the body returns no value: void, or async without a result.</summary>
    private bool IsVoid(SyntaxNode node)
    {
        var symbol = node is AnonymousFunctionExpressionSyntax ? model.GetSymbolInfo(node).Symbol : model.GetDeclaredSymbol(node);
        return symbol is IMethodSymbol { ReturnsVoid: true } or IMethodSymbol { IsAsync: true, ReturnType: INamedTypeSymbol { Arity: 0 } };
    }
}
