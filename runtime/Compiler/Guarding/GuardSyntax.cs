using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Guarding;

/// <summary>
/// The pieces that are put into a recipe. The host's generated text has the class <c>RecipeGuard</c>; <see cref="Source"/> adds what
/// expressions need.
/// </summary>
internal static class GuardSyntax
{
    /// <summary>C# that goes into every compilation.</summary>
    public const string Source = """
        internal static class RecipeGuardValue
        {
            internal static bool Go { get { global::RecipeGuard.Check(); return true; } }
            internal static bool Going => global::RecipeGuard.Guard.Reason is null;
            internal static T Of<T>(T value) { global::RecipeGuard.Check(); return value; }
        }
        """;

    private static readonly SyntaxToken s_open = Unseen.Token(SyntaxKind.OpenParenToken);
    private static readonly SyntaxToken s_close = Unseen.Token(SyntaxKind.CloseParenToken);
    private static readonly ExpressionStatementSyntax s_check =
        Unseen.Of((ExpressionStatementSyntax)SyntaxFactory.ParseStatement("global::RecipeGuard.Check();"));
    private static readonly ExpressionSyntax s_of = Unseen.Of(SyntaxFactory.ParseExpression("global::RecipeGuardValue.Of"));
    private static readonly ExpressionSyntax s_go = Unseen.Of(SyntaxFactory.ParseExpression("global::RecipeGuardValue.Go"));
    private static readonly ExpressionSyntax s_going = Unseen.Of(SyntaxFactory.ParseExpression("global::RecipeGuardValue.Going"));
    private static readonly ExpressionSyntax s_default = Unseen.Of(SyntaxFactory.ParseExpression("default!"));

    /// <summary>A block that checks first.</summary>
    public static BlockSyntax Checked(BlockSyntax block)
    {
        var (open, check) = Open(block.OpenBraceToken);
        return block.WithOpenBraceToken(open).WithStatements(block.Statements.Insert(0, check));
    }

    /// <summary>A block around <paramref name="statement"/> that checks first.</summary>
    /// <param name="statement">What follows the check.</param>
    /// <param name="borrowed">The token before the statement, which the caller replaces by <see cref="Unseen.Without"/>: its text becomes
    /// the brace.</param>
    /// <param name="close">The closing brace.</param>
    public static BlockSyntax Checked(StatementSyntax statement, SyntaxToken borrowed, SyntaxToken close)
    {
        var (open, check) = Open(borrowed.WithLeadingTrivia());
        close = close.WithTrailingTrivia(statement.GetTrailingTrivia());
        return SyntaxFactory.Block(default, open, [check, statement.WithoutTrailingTrivia()], close);
    }

    /// <summary><paramref name="value"/>, and a check after it.</summary>
    public static ExpressionSyntax CheckedAfter(ExpressionSyntax value) => SyntaxFactory.InvocationExpression(
        s_of, SyntaxFactory.ArgumentList(s_open, [SyntaxFactory.Argument(value)], s_close));

    /// <summary>A check, and then <paramref name="value"/>: a condition that is always true or throws.</summary>
    public static ExpressionSyntax CheckedBefore(ExpressionSyntax value) => SyntaxFactory.ConditionalExpression(
        s_go, Unseen.Token(SyntaxKind.QuestionToken), value, Unseen.Token(SyntaxKind.ColonToken), s_default);

    /// <summary>
    /// A handler that lets the order to stop pass. Were it caught, code in the handler would run into the next check and throw on top of
    /// it;
    /// in a deep recursion that piles up until the stack ends, and with it the process.
    /// </summary>
    public static CatchClauseSyntax Passing(CatchClauseSyntax handler)
    {
        if (handler.Filter is { } filter)
        {
            var both = SyntaxFactory.BinaryExpression(
                SyntaxKind.LogicalAndExpression, s_going, Unseen.Token(SyntaxKind.AmpersandAmpersandToken),
                SyntaxFactory.ParenthesizedExpression(s_open, filter.FilterExpression, s_close));
            return handler.WithFilter(filter.WithFilterExpression(both));
        }

        // The filter too needs a width: it borrows what stands before it.
        var before = handler.Declaration?.CloseParenToken ?? handler.CatchKeyword;
        var when = Unseen.Token(SyntaxKind.WhenKeyword, before.Text).WithTrailingTrivia(before.TrailingTrivia);
        filter = SyntaxFactory.CatchFilterClause(when, s_open, s_going, s_close);
        return handler.ReplaceToken(before, Unseen.Without(before)).WithFilter(filter);
    }

    /// <summary>
    /// The brace and the check after it. A statement without width would break the debug information (width 0 means "hidden" there), so the
    /// check takes the blank after the brace; where there is none it takes a column of its own.
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

        var open = Unseen.Token(SyntaxKind.OpenBraceToken, brace.Text).WithLeadingTrivia(brace.LeadingTrivia);
        return (open, s_check.WithSemicolonToken(Unseen.Token(SyntaxKind.SemicolonToken, text).WithTrailingTrivia(after)));
    }
}
