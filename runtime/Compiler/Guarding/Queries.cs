using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Guarding;

/// <summary>Clauses of a query are lambdas without a body to put a statement into.</summary>
internal static class Queries
{
    /// <summary>True for a query that is data for a provider, not code.</summary>
    public static bool IsExpressionTree(SemanticModel model, QueryExpressionSyntax query)
    {
        var source = model.GetTypeInfo(query.FromClause.Expression).Type;
        return source is not null && source.AllInterfaces.Append(source).Any(type => type.Name == "IQueryable");
    }

    public static QueryBodySyntax Checked(QueryBodySyntax body)
    {
        var clauses = body.Clauses.Select(Clause);
        body = body.WithClauses([.. clauses]).WithSelectOrGroup(body.SelectOrGroup switch
        {
            SelectClauseSyntax select => select.WithExpression(Value(select.Expression)),
            GroupClauseSyntax group => group.WithGroupExpression(Value(group.GroupExpression)).WithByExpression(Value(group.ByExpression)),
            var other => other,
        });
        return body.Continuation is { } next ? body.WithContinuation(next.WithBody(Checked(next.Body))) : body;
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

    /// <summary>A name alone is left as it is: there is nothing to run in it, and <c>select x</c> must stay the query's idle end.</summary>
    private static ExpressionSyntax Value(ExpressionSyntax value) =>
        value is IdentifierNameSyntax or LiteralExpressionSyntax ? value : GuardSyntax.CheckedAfter(value);
}
