using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Instrumentation;

/// <summary>
/// Adds checks to code that runs before the body of a constructor: field initializers and the arguments of another constructor. Objects
/// that create each other there recurse without reaching a body. Called by <see cref="GuardRewriter"/>. Pure.
/// </summary>
internal static class ConstructorInitializerGuards
{
    /// <summary>Adds a check before an initializer that creates an object; other initializers are unchanged.</summary>
    public static ExpressionSyntax AddChecks(ExpressionSyntax value) => value switch
    {
        InitializerExpressionSyntax list => list.ReplaceNodes(list.Expressions, (item, _) => AddChecks(item)),
        _ when Creates(value) => GuardSyntax.CheckedBefore(value),
        _ => value,
    };

    /// <summary>Adds checks to the arguments of another constructor that create objects; arguments by reference are unchanged.</summary>
    public static ArgumentListSyntax AddChecks(ArgumentListSyntax arguments) => arguments.ReplaceNodes(
        arguments.Arguments.Where(a => a.RefKindKeyword.IsKind(SyntaxKind.None)).Select(a => a.Expression),
        (value, _) => value is ImplicitObjectCreationExpressionSyntax ? value : AddChecks(value));

    private static bool Creates(ExpressionSyntax value) => value
        .DescendantNodesAndSelf(node => node is not AnonymousFunctionExpressionSyntax)
        .Any(node => node is BaseObjectCreationExpressionSyntax or CollectionExpressionSyntax);
}
