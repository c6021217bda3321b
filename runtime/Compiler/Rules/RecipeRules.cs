using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Rules;

/// <summary>
/// Checks a recipe against the rules that C# does not have: syntax here, types and members of the framework in <see cref="ForbiddenApis"/>.
/// Pure; called by <see cref="RecipeCompilation"/> for each file without errors of C#.
/// </summary>
internal static class RecipeRules
{
    public static readonly RecipeRule Reference =
        new("PR0001", "#r is not allowed in a recipe: load shared code with #load \"name.csx\", add a protocol as a plugin");
    public static readonly RecipeRule NoSuchScript = new("PR0002", "there is no \"{0}\" to load; searched in {1}{2}");
    private static readonly RecipeRule s_unsafe = new("PR0003", "unsafe code is not allowed in a recipe");
    private static readonly RecipeRule s_extern = new("PR0004", "native code is not allowed in a recipe: call it from a plugin");
    private static readonly RecipeRule s_await =
        new("PR0005", "the top level of a recipe only declares and must not wait: remove the await");
    private static readonly RecipeRule s_finalizer =
        new("PR0006", "finalizers are not allowed in a recipe: an exception in one would end the host");
    private static readonly RecipeRule s_asyncVoid =
        new("PR0007", "exceptions of an async function that returns void cannot be caught: return Task");

    private static readonly RecipeRule s_stack =
        new("PR0011", "stackalloc beyond the end of the stack would end the host: allocate an array with new");

    private static readonly RecipeRule s_state = new(
        "PR0012",
        "'{0}' keeps something from scan to scan and is lost when the recipe is edited or the host restarts: "
        + "make it the state of Fold(seed, (state, scan) => …), which is carried over",
        DiagnosticSeverity.Warning);

    private static readonly RecipeRule s_clock = new(
        "PR0013",
        "'{0}' is the clock of the computer, which tests and late scans do not follow: use scan.Time, or t.Time in a lambda of Every",
        DiagnosticSeverity.Warning);

    /// <summary>Returns a diagnostic for every broken rule. The file must have no errors of C#.</summary>
    public static IEnumerable<Diagnostic> Check(SemanticModel model)
    {
        foreach (var (place, variable) in StateInVariables.Find(model))
            yield return s_state.CreateDiagnostic(place.GetFirstToken().GetLocation(), variable);
        foreach (var node in model.SyntaxTree.GetRoot().DescendantNodes())
        {
            if (node is MemberAccessExpressionSyntax access && IsClock(access, model))
                yield return s_clock.CreateDiagnostic(Place(node), access);
            if (node is SimpleNameSyntax name && ForbiddenApis.Find(name, model) is var (reached, shown))
                yield return reached.CreateDiagnostic(Place(node), shown);
            else if (Broken(node, model) is { } rule) yield return rule.CreateDiagnostic(Place(node));
        }
    }

    private static RecipeRule? Broken(SyntaxNode node, SemanticModel model) => node switch
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

    private static bool IsClock(MemberAccessExpressionSyntax access, SemanticModel model) =>
        access.Name.Identifier.ValueText is "Now" or "UtcNow" or "Today"
        && model.GetSymbolInfo(access).Symbol is IPropertySymbol { ContainingType.Name: "DateTime" or "DateTimeOffset" };

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

    /// <summary>Returns the name of a declaration, or the first token of other syntax.</summary>
    private static Location Place(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.GetLocation(),
        LocalFunctionStatementSyntax function => function.Identifier.GetLocation(),
        _ => node.GetFirstToken().GetLocation(),
    };
}

/// <summary>A rule for recipes that C# does not have.</summary>
/// <param name="Id">Number of the rule, <c>PR0001</c>.</param>
/// <param name="Message">Format string that states the error and the remedy.</param>
/// <param name="Severity">A warning if the recipe can run nevertheless.</param>
internal sealed record RecipeRule(string Id, string Message, DiagnosticSeverity Severity = DiagnosticSeverity.Error)
{
    public Diagnostic CreateDiagnostic(Location location, params object[] arguments) => Diagnostic.Create(
        Id, "Recipe", string.Format(CultureInfo.InvariantCulture, Message, arguments), Severity, Severity, isEnabledByDefault: true,
        warningLevel: Severity == DiagnosticSeverity.Error ? 0 : 1, location: location);
}
