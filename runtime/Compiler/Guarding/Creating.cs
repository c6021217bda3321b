using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Guarding;

/// <summary>
/// What runs before the body of a constructor: initial values of fields and arguments of the constructor called first. Objects that create
/// each other there would recurse without passing any body.
/// </summary>
internal static class Creating
{
    public static ExpressionSyntax Checked(ExpressionSyntax value) => value switch
    {
        InitializerExpressionSyntax list => list.ReplaceNodes(list.Expressions, (item, _) => Checked(item)),
        _ when Creates(value) => GuardSyntax.CheckedBefore(value),
        _ => value,
    };

    public static ArgumentListSyntax Checked(ArgumentListSyntax arguments) => arguments.ReplaceNodes(
        arguments.Arguments.Where(a => a.RefKindKeyword.IsKind(SyntaxKind.None)).Select(a => a.Expression),
        (value, _) => value is ImplicitObjectCreationExpressionSyntax ? value : Checked(value));

    private static bool Creates(ExpressionSyntax value) => value
        .DescendantNodesAndSelf(node => node is not AnonymousFunctionExpressionSyntax)
        .Any(node => node is BaseObjectCreationExpressionSyntax or CollectionExpressionSyntax);
}
