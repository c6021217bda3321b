using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Instrumentation;

/// <summary>
/// Adds checks to the clauses of a query, which are lambdas without a body for a statement. Called by <see cref="GuardRewriter"/>. Pure.
/// </summary>
internal static class QueryClauseGuards
{
    /// <summary>True if a provider receives the query as an expression tree, which must not contain checks.</summary>
    public static bool IsExpressionTree(SemanticModel model, QueryExpressionSyntax query)
    {
        var source = model.GetTypeInfo(query.FromClause.Expression).Type;
        return source is not null && source.AllInterfaces.Append(source).Any(type => type.Name == "IQueryable");
    }

    /// <summary>Adds a check to each expression of the query.</summary>
    public static QueryBodySyntax AddChecks(QueryBodySyntax body)
    {
        var clauses = body.Clauses.Select(Clause);
        body = body.WithClauses([.. clauses]).WithSelectOrGroup(body.SelectOrGroup switch
        {
            SelectClauseSyntax select => select.WithExpression(Value(select.Expression)),
            GroupClauseSyntax group => group.WithGroupExpression(Value(group.GroupExpression)).WithByExpression(Value(group.ByExpression)),
            var other => other,
        });
        return body.Continuation is { } next ? body.WithContinuation(next.WithBody(AddChecks(next.Body))) : body;
    }

    private static QueryClauseSyntax Clause(QueryClauseSyntax clause) => clause switch
    {
        FromClauseSyntax from => from.WithExpression(Value(from.Expression)),
        WhereClauseSyntax where => where.WithCondition(Value(where.Condition)),
        LetClauseSyntax let => let.WithExpression(Value(let.Expression)),
        JoinClauseSyntax join => join.WithLeftExpression(Value(join.LeftExpression)).WithRightExpression(Value(join.RightExpression)),
        OrderByClauseSyntax order => order.ReplaceNodes(order.Orderings.Select(o => o.Expression), (key, _) => Value(key)),
        _ => clause,
    };

    /// <summary>Returns a name or literal unchanged: it runs no code, and the compiler treats <c>select x</c> specially.</summary>
    private static ExpressionSyntax Value(ExpressionSyntax value) =>
        value is IdentifierNameSyntax or LiteralExpressionSyntax ? value : GuardSyntax.CheckedAfter(value);
}
