using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PlantRuntime.Compiler.Guarding;

/// <summary>
/// Syntax that takes no room in the file: its tokens mean what they mean but have no text, so that every line and column of the recipe
/// stays where its author sees it, in stack traces too.
/// </summary>
internal static class Unseen
{
    public static SyntaxToken Token(SyntaxKind kind) => Token(kind, "");

    /// <summary>A token that means <paramref name="kind"/> but stands in the file as <paramref name="text"/>.</summary>
    public static SyntaxToken Token(SyntaxKind kind, string text) =>
        SyntaxFactory.Token(default, kind, text, SyntaxFacts.GetText(kind), default);

    /// <summary>The same token without its text, with what stands before it.</summary>
    public static SyntaxToken Without(SyntaxToken token) => Token(token.Kind()).WithLeadingTrivia(token.LeadingTrivia);

    /// <summary>The same node without any text.</summary>
    public static T Of<T>(T node)
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
