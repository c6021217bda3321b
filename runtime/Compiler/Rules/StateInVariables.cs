using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace PlantRuntime.Compiler.Rules;

/// <summary>
/// Finds variables of a recipe that a lambda of an operator changes, so that they keep something from one scan to the next. Follows calls
/// of the recipe's own functions. Pure; called by <see cref="RecipeRules"/>.
/// </summary>
internal static class StateInVariables
{
    private const string Recipes = "PlantRuntime.Recipes";

    /// <summary>Methods that change a collection or a text buffer.</summary>
    private static readonly HashSet<string> s_changing =
    [
        "Add", "AddFirst", "AddLast", "AddRange", "Append", "AppendLine", "Clear", "Dequeue", "Enqueue", "ExceptWith", "Insert",
        "IntersectWith", "Pop", "Push", "Remove", "RemoveAll", "RemoveAt", "RemoveFirst", "RemoveLast", "RemoveRange", "Sort", "TryAdd",
        "TryDequeue", "TryPop", "UnionWith",
    ];

    /// <summary>Returns the first change of each variable by a lambda in the file.</summary>
    public static IEnumerable<(SyntaxNode Place, string Name)> Find(SemanticModel model)
    {
        var variables = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var functions = new HashSet<SyntaxNode>();
        var waiting = new Queue<SyntaxNode>(
            model.SyntaxTree.GetRoot().DescendantNodes(n => !IsPerScan(n, model)).Select(n => PerScan(n, model)).OfType<SyntaxNode>());
        while (waiting.TryDequeue(out var function))
        {
            if (!functions.Add(function) || BodyOf(function, model) is not { } body) continue;
            foreach (var operation in body.DescendantsAndSelf())
            {
                foreach (var target in Targets(operation))
                {
                    if (VariableOf(target) is { } variable && IsOutside(variable, function) && variables.Add(variable))
                        yield return (target.Syntax, variable.Name);
                }

                // The body of a nested function is part of this one.
                if (Called(operation) is { } called && !IsWithin(called, function)) waiting.Enqueue(called);
            }
        }
    }

    /// <summary>Returns a function that runs for each scan, if this is a lambda or the name of a function that an operator gets.</summary>
    private static SyntaxNode? PerScan(SyntaxNode node, SemanticModel model)
    {
        if (IsPerScan(node, model)) return node;
        return node is ArgumentSyntax { Expression: IdentifierNameSyntax name } && IsOperator(node.Parent?.Parent, model)
            && model.GetSymbolInfo(name).Symbol is IMethodSymbol { DeclaringSyntaxReferences: [var declaration, ..] }
                ? declaration.GetSyntax()
                : null;
    }

    /// <summary>True for a lambda that an operator gets, or that has a scan or an event as a parameter.</summary>
    private static bool IsPerScan(SyntaxNode node, SemanticModel model) => node is AnonymousFunctionExpressionSyntax
        && ((node.Parent is ArgumentSyntax argument && IsOperator(argument.Parent?.Parent, model))
            || (model.GetSymbolInfo(node).Symbol is IMethodSymbol lambda && lambda.Parameters.Any(p => IsItem(p.Type))));

    /// <summary>True for the call of an operator; Rename calls its lambda once, when the plan is built.</summary>
    private static bool IsOperator(SyntaxNode? call, SemanticModel model) => call is InvocationExpressionSyntax
        && model.GetSymbolInfo(call).Symbol is IMethodSymbol { Name: not "Rename" } method && IsOfRecipes(method.ContainingType);

    /// <summary>True for what a flow passes on; flows and devices are used while the plan is built.</summary>
    private static bool IsItem(ITypeSymbol type) => IsOfRecipes(type)
        && !type.Name.EndsWith("Flow", StringComparison.Ordinal) && type.Name is not ("Device" or "Block" or "SinkRef" or "HealthSource");

    private static bool IsOfRecipes(ITypeSymbol type) =>
        type.ContainingNamespace?.ToDisplayString() is { } name && name.StartsWith(Recipes, StringComparison.Ordinal);

    private static IOperation? BodyOf(SyntaxNode function, SemanticModel model)
    {
        var of = function.SyntaxTree == model.SyntaxTree ? model : model.Compilation.GetSemanticModel(function.SyntaxTree);
        return function switch
        {
            AnonymousFunctionExpressionSyntax lambda => of.GetOperation(lambda.Body),
            LocalFunctionStatementSyntax { Body: { } block } => of.GetOperation(block),
            LocalFunctionStatementSyntax { ExpressionBody: { } arrow } => of.GetOperation(arrow.Expression),
            MethodDeclarationSyntax { Body: { } block } => of.GetOperation(block),
            MethodDeclarationSyntax { ExpressionBody: { } arrow } => of.GetOperation(arrow.Expression),
            _ => null,
        };
    }

    /// <summary>Returns what an operation changes.</summary>
    private static IEnumerable<IOperation> Targets(IOperation operation) => operation switch
    {
        IDeconstructionAssignmentOperation { Target: ITupleOperation tuple } => tuple.Elements,
        IAssignmentOperation assignment => [assignment.Target],
        IIncrementOrDecrementOperation step => [step.Target],
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => [argument.Value],
        IInvocationOperation { Instance: { } instance } call when s_changing.Contains(call.TargetMethod.Name)
            && call.TargetMethod.ContainingNamespace.ToDisplayString() is "System.Collections.Generic" or "System.Text" => [instance],
        _ => [],
    };

    /// <summary>Returns the variable at the start of <c>variable.Member[index]</c>; null if there is none.</summary>
    private static ISymbol? VariableOf(IOperation target) => target switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field =>
            field.Field.IsStatic || field.Field.ContainingType.IsScriptClass ? field.Field : null,
        IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property =>
            property.Property.IsStatic || property.Property.ContainingType.IsScriptClass ? property.Property : null,
        IMemberReferenceOperation { Instance: { } instance } => VariableOf(instance),
        IArrayElementReferenceOperation element => VariableOf(element.ArrayReference),
        IConversionOperation conversion => VariableOf(conversion.Operand),
        _ => null,
    };

    private static bool IsOutside(ISymbol variable, SyntaxNode function) =>
        variable.DeclaringSyntaxReferences is [var declaration, ..] && !IsWithin(declaration.GetSyntax(), function);

    private static bool IsWithin(SyntaxNode node, SyntaxNode function) =>
        node.SyntaxTree == function.SyntaxTree && function.Span.Contains(node.Span);

    /// <summary>Returns the recipe's own function that an operation calls or passes on.</summary>
    private static SyntaxNode? Called(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod,
        IMethodReferenceOperation reference => reference.Method,
        _ => null,
    } is { DeclaringSyntaxReferences: [var declaration, ..] } ? declaration.GetSyntax() : null;
}
