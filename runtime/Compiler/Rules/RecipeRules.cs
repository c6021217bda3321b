using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Rules;

/// <summary>What a recipe may not contain: syntax here, the framework's types and members in <see cref="OutOfReach"/>.</summary>
internal static class RecipeRules
{
    public static readonly Rule Reference =
        new("PR0001", "#r is not for recipes: shared code comes with #load \"name.csx\", protocols come as plugins");
    public static readonly Rule NoSuchScript = new("PR0002", "there is no \"{0}\" to load; looked in {1}{2}");
    private static readonly Rule s_unsafe = new("PR0003", "a recipe has no unsafe code");
    private static readonly Rule s_extern = new("PR0004", "a recipe calls no native code: that is what a plugin is for");
    private static readonly Rule s_await = new("PR0005", "the top level of a recipe declares and does not wait: take the await out");
    private static readonly Rule s_finalizer = new("PR0006", "a recipe has no finalizers: what they throw would end the host");
    private static readonly Rule s_asyncVoid =
        new("PR0007", "an async function that returns nothing cannot be watched over: let it return Task");

    private static readonly Rule s_stack = new("PR0011", "stackalloc beyond the stack's end would end the host: make it an array with new");

    /// <summary>Every broken rule in a file that is otherwise free of errors.</summary>
    public static IEnumerable<Diagnostic> Check(SemanticModel model)
    {
        foreach (var node in model.SyntaxTree.GetRoot().DescendantNodes())
        {
            if (node is SimpleNameSyntax name && OutOfReach.Find(name, model) is var (reached, shown)) yield return reached.At(Place(node), shown);
            else if (Broken(node, model) is { } rule) yield return rule.At(Place(node));
        }
    }

    private static Rule? Broken(SyntaxNode node, SemanticModel model) => node switch
    {
        DestructorDeclarationSyntax => s_finalizer,
        StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax => s_stack,
        UnsafeStatementSyntax or PointerTypeSyntax or FunctionPointerTypeSyntax => s_unsafe,
        MemberDeclarationSyntax member when member.Modifiers.Any(SyntaxKind.UnsafeKeyword) => s_unsafe,
        LocalFunctionStatementSyntax function when function.Modifiers.Any(SyntaxKind.UnsafeKeyword) => s_unsafe,
        BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax when IsNative((IMethodSymbol)model.GetDeclaredSymbol(node)!) =>
            s_extern,
        MethodDeclarationSyntax or LocalFunctionStatementSyntax when IsAsyncVoid(model.GetDeclaredSymbol(node)) => s_asyncVoid,
        AnonymousFunctionExpressionSyntax when IsAsyncVoid(model.GetSymbolInfo(node).Symbol) => s_asyncVoid,
        _ when Waits(node) && IsTopLevel(node) => s_await,
        _ => null,
    };

    private static bool IsNative(IMethodSymbol method) =>
        method.IsExtern || method.GetAttributes().Any(a => a.AttributeClass?.Name is "DllImportAttribute" or "LibraryImportAttribute");

    private static bool IsAsyncVoid(ISymbol? symbol) => symbol is IMethodSymbol { IsAsync: true, ReturnsVoid: true };

    private static bool Waits(SyntaxNode node) => node switch
    {
        AwaitExpressionSyntax => true,
        CommonForEachStatementSyntax loop => loop.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword),
        UsingStatementSyntax block => block.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword),
        LocalDeclarationStatementSyntax local => local.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword),
        _ => false,
    };

    private static bool IsTopLevel(SyntaxNode node) => !node.Ancestors().Any(a =>
        a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax
            or AccessorDeclarationSyntax or BaseTypeDeclarationSyntax);

    /// <summary>The first line of a declaration is enough to show.</summary>
    private static Location Place(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.GetLocation(),
        LocalFunctionStatementSyntax function => function.Identifier.GetLocation(),
        _ => node.GetFirstToken().GetLocation(),
    };
}
