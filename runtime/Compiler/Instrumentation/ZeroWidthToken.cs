using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PlantRuntime.Compiler.Instrumentation;

/// <summary>
/// Creates tokens that have a kind but no text. Inserted syntax therefore moves no line or column of the recipe, and stack traces point to
/// the positions in the author's file. Pure.
/// </summary>
internal static class ZeroWidthToken
{
    public static SyntaxToken Token(SyntaxKind kind) => Token(kind, "");

    /// <summary>Creates a token of <paramref name="kind"/> whose text in the file is <paramref name="text"/>.</summary>
    public static SyntaxToken Token(SyntaxKind kind, string text) =>
        SyntaxFactory.Token(default, kind, text, SyntaxFacts.GetText(kind), default);

    /// <summary>Returns the token without its text, with its leading trivia.</summary>
    public static SyntaxToken WithoutText(SyntaxToken token) => Token(token.Kind()).WithLeadingTrivia(token.LeadingTrivia);

    /// <summary>Returns the node with the text of all its tokens removed.</summary>
    public static T Erase<T>(T node)
        where T : SyntaxNode => (T)Eraser.Instance.Visit(node)!;

    private sealed class Eraser : CSharpSyntaxRewriter
    {
        public static readonly Eraser Instance = new();

        public override SyntaxToken VisitToken(SyntaxToken token) => token.Kind() switch
        {
            SyntaxKind.None => token,
            SyntaxKind.IdentifierToken => SyntaxFactory.Identifier(default, SyntaxKind.IdentifierToken, "", token.ValueText, default),
            var kind => Token(kind),
        };
    }
}
