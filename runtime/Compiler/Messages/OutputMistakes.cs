using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names the remedy where the end of a flow is used as if it were a flow, and where a payload is no object. Pure; called by
/// <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class OutputMistakes
{
    /// <summary>Returns null for any other diagnostic.</summary>
    public static string? Find(MistakeContext code) => code.Id switch
    {
        "CS0023" => AfterEnd(code),
        "CS0670" or "CS0815" or "CS0029" => InVariable(code),
        "CS0833" => "two fields of this object have the same name: give one of them another name",
        "CS1002" or "CS1513" or "CS1003" or "CS0201" or "CS0103" or "CS0164" => Braces(code),
        _ => null,
    };

    /// <summary>Recognizes <c>.To(Sinks.a).To(Sinks.b)</c>.</summary>
    private static string? AfterEnd(MistakeContext code)
    {
        var outer = code.Node.FirstAncestorOrSelf<MemberAccessExpressionSyntax>(access => End(code, access.Expression) is not null);
        if (outer is null || End(code, outer.Expression) is not { } end) return null;
        var (first, name) = (((MemberAccessExpressionSyntax)end.Expression).Name.Identifier.ValueText, outer.Name.Identifier.ValueText);
        return first == "To" && name == "To" && outer.Parent is InvocationExpressionSyntax second
            ? $"To ends a flow: write .To({string.Join(", ", end.ArgumentList.Arguments.Concat(second.ArgumentList.Arguments))})"
            : $"{first} ends a flow: write .{name} before it";
    }

    /// <summary>Recognizes <c>var a = Plant.line.Scans.To(Sinks.lines);</c>.</summary>
    private static string? InVariable(MistakeContext code)
    {
        if (code.Node.FirstAncestorOrSelf<VariableDeclarationSyntax>() is not { } declaration) return null;
        var variable = declaration.Variables.FirstOrDefault(v => End(code, v.Initializer?.Value) is not null);
        return variable is not null && End(code, variable.Initializer?.Value)?.Expression is MemberAccessExpressionSyntax access
            ? $"{access.Name} ends a flow and returns nothing: remove {declaration.Type} {variable.Identifier} =" : null;
    }

    /// <summary>Recognizes <c>Payload(scan => { "a": 1 })</c> and <c>Payload(scan => { a: 1 })</c>.</summary>
    private static string? Braces(MistakeContext code)
    {
        if (code.Root.FindToken(code.Diagnostic.Location.SourceSpan.Start) is not { Parent: { } parent }) return null;
        var lambda = parent.AncestorsAndSelf().OfType<LambdaExpressionSyntax>()
            .FirstOrDefault(l => l.Block is not null && l.Parent?.Parent?.Parent is InvocationExpressionSyntax
                { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Payload" } });
        if (lambda?.Block is not { } block) return null;
        var first = block.OpenBraceToken.GetNextToken(includeSkipped: true);
        return first.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.IdentifierToken
            && first.GetNextToken(includeSkipped: true).IsKind(SyntaxKind.ColonToken)
            ? $"a payload is an object of C#: write new {{ {first.ValueText} = … }}" : null;
    }

    /// <summary>Returns the call if it is one that ends a flow.</summary>
    private static InvocationExpressionSyntax? End(MistakeContext code, ExpressionSyntax? expression) =>
        expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax } call
        && code.Model.GetTypeInfo(call).Type is { SpecialType: SpecialType.System_Void } ? call : null;
}
