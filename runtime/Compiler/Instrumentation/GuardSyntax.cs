using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Instrumentation;

/// <summary>
/// Creates the syntax that is inserted into a recipe. The host's generated C# contains the class <c>RecipeGuard</c>; <see cref="Source"/>
/// adds a class with the forms that expressions need. Pure.
/// </summary>
internal static class GuardSyntax
{
    /// <summary>C# that is part of every compilation.</summary>
    public const string Source = """
        internal static class RecipeGuardValue
        {
            internal static bool Go { get { global::RecipeGuard.Check(); return true; } }
            internal static bool Going => global::RecipeGuard.Guard.Reason is null;
            internal static T Of<T>(T value) { global::RecipeGuard.Check(); return value; }
        }
        """;

    private static readonly SyntaxToken s_open = ZeroWidthToken.Token(SyntaxKind.OpenParenToken);
    private static readonly SyntaxToken s_close = ZeroWidthToken.Token(SyntaxKind.CloseParenToken);
    private static readonly ExpressionStatementSyntax s_check =
        ZeroWidthToken.Erase((ExpressionStatementSyntax)SyntaxFactory.ParseStatement("global::RecipeGuard.Check();"));
    private static readonly ExpressionSyntax s_of = ZeroWidthToken.Erase(SyntaxFactory.ParseExpression("global::RecipeGuardValue.Of"));
    private static readonly ExpressionSyntax s_go = ZeroWidthToken.Erase(SyntaxFactory.ParseExpression("global::RecipeGuardValue.Go"));
    private static readonly ExpressionSyntax s_going =
        ZeroWidthToken.Erase(SyntaxFactory.ParseExpression("global::RecipeGuardValue.Going"));
    private static readonly ExpressionSyntax s_default = ZeroWidthToken.Erase(SyntaxFactory.ParseExpression("default!"));

    /// <summary>Inserts a check at the start of a block.</summary>
    public static BlockSyntax Checked(BlockSyntax block)
    {
        var (open, check) = Open(block.OpenBraceToken);
        return block.WithOpenBraceToken(open).WithStatements(block.Statements.Insert(0, check));
    }

    /// <summary>Creates a block with a check and then <paramref name="statement"/>.</summary>
    /// <param name="statement">Statement after the check.</param>
    /// <param name="borrowed">
    /// The token before the statement, whose text becomes the brace; the caller replaces it by <see cref="ZeroWidthToken.WithoutText"/>.
    /// </param>
    /// <param name="close">The closing brace.</param>
    public static BlockSyntax Checked(StatementSyntax statement, SyntaxToken borrowed, SyntaxToken close)
    {
        var (open, check) = Open(borrowed.WithLeadingTrivia());
        close = close.WithTrailingTrivia(statement.GetTrailingTrivia());
        return SyntaxFactory.Block(default, open, [check, statement.WithoutTrailingTrivia()], close);
    }

    /// <summary>Creates an expression that evaluates <paramref name="value"/> and then checks.</summary>
    public static ExpressionSyntax CheckedAfter(ExpressionSyntax value) => SyntaxFactory.InvocationExpression(
        s_of, SyntaxFactory.ArgumentList(s_open, [SyntaxFactory.Argument(value)], s_close));

    /// <summary>Creates an expression that checks and then evaluates <paramref name="value"/>; its condition is true or throws.</summary>
    public static ExpressionSyntax CheckedBefore(ExpressionSyntax value) => SyntaxFactory.ConditionalExpression(
        s_go, ZeroWidthToken.Token(SyntaxKind.QuestionToken), value, ZeroWidthToken.Token(SyntaxKind.ColonToken), s_default);

    /// <summary>
    /// Adds a filter to a handler so that it does not catch the exception of a stopped recipe. Otherwise the handler would run into the
    /// next check and throw again; in a deep recursion this would continue to the end of the stack and end the process.
    /// </summary>
    public static CatchClauseSyntax Passing(CatchClauseSyntax handler)
    {
        if (handler.Filter is { } filter)
        {
            var both = SyntaxFactory.BinaryExpression(
                SyntaxKind.LogicalAndExpression, s_going, ZeroWidthToken.Token(SyntaxKind.AmpersandAmpersandToken),
                SyntaxFactory.ParenthesizedExpression(s_open, filter.FilterExpression, s_close));
            return handler.WithFilter(filter.WithFilterExpression(both));
        }

        // The filter also needs a width: it takes the text of the token before it.
        var before = handler.Declaration?.CloseParenToken ?? handler.CatchKeyword;
        var when = ZeroWidthToken.Token(SyntaxKind.WhenKeyword, before.Text).WithTrailingTrivia(before.TrailingTrivia);
        filter = SyntaxFactory.CatchFilterClause(when, s_open, s_going, s_close);
        return handler.ReplaceToken(before, ZeroWidthToken.WithoutText(before)).WithFilter(filter);
    }

    /// <summary>
    /// Creates the brace and the check after it. A statement of width 0 would be "hidden" in the debug information, so the
    /// check takes the blank after the brace, or a column of its own where there is none.
    /// </summary>
    private static (SyntaxToken Open, StatementSyntax Check) Open(SyntaxToken brace)
    {
        var after = brace.TrailingTrivia;
        var text = ";";
        if (after.Count > 0 && after[0].IsKind(SyntaxKind.WhitespaceTrivia))
        {
            var blank = after[0].ToString();
            text = blank[..1];
            after = blank.Length > 1 ? after.Replace(after[0], SyntaxFactory.Whitespace(blank[1..])) : after.RemoveAt(0);
        }

        var open = ZeroWidthToken.Token(SyntaxKind.OpenBraceToken, brace.Text).WithLeadingTrivia(brace.LeadingTrivia);
        return (open, s_check.WithSemicolonToken(ZeroWidthToken.Token(SyntaxKind.SemicolonToken, text).WithTrailingTrivia(after)));
    }
}
