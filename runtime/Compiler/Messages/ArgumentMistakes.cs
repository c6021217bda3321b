using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names the remedy where an operator has the wrong arguments; where nothing more is known, how the operator is written. Pure; called by
/// <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class ArgumentMistakes
{
    private const int MaxSignatures = 3;
    private const string Kinds = "a kind is written ValueKind.Int (or UInt, Float32, Float64, Bool, Text)";

    /// <summary>Returns null for any other diagnostic.</summary>
    public static string? Find(MistakeContext code) => code.Id switch
    {
        "CS1501" or "CS7036" or "CS1593" => Count(code),
        "CS1503" => Type(code),
        "CS1525" when Call(code) is { } call && NameOf(call) == "Cast" && code.Node is PredefinedTypeSyntax or ArgumentSyntax
            { Expression: PredefinedTypeSyntax } => Kinds,
        "CS8752" when Call(code) is { } call && List(code, call) is { ElementType.Name: var type } =>
            $"one alone needs the name of its type: write new {type}(…)",
        "CS1525" when code.Text.Contains("'is'", StringComparison.Ordinal) && Call(code) is { } call && NameOf(call) == "Alarm" =>
            "a condition for one value is written equals: value",
        "CS0103" when code.Node.Parent is AssignmentExpressionSyntax { Parent: ArgumentSyntax } assignment && assignment.Left == code.Node
            && Call(code) is { } call && Methods(code, call).Any(m => m.Parameters.Any(p => p.Name == assignment.Left.ToString())) =>
            $"the name of an argument is followed by ':': write {assignment.Left}: {Show(assignment.Right)}",
        _ => null,
    };

    private static string? Count(MistakeContext code)
    {
        if (Call(code) is not { } call) return null;
        if (DecimalComma(call) is { } comma) return comma;
        if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ToString" } text && code.IsValue(text.Expression))
            return $"a form is for numbers: write {Show(text.Expression)}.Number.{text.Name}{call.ArgumentList}";
        var methods = Methods(code, call);
        if (methods.Count == 0) return null;
        if (methods[0].Name == "Select" && call.ArgumentList.Arguments is [{ Expression: LambdaExpressionSyntax lambda }])
            return $"Select adds a tag, whose name comes first: write Select(\"name\", {Show(lambda)}); what is sent is written with Payload";
        return HowWritten(methods);
    }

    private static string? Type(MistakeContext code)
    {
        if (Call(code) is not { } call || Argument(code, call) is not { } argument) return null;
        var methods = Methods(code, call);
        if (methods.Count == 0 || code.Text.Contains("SinkRef", StringComparison.Ordinal)) return null;
        var (found, name) = (argument.Expression, methods[0].Name);
        if (code.Text.Contains("ValueKind", StringComparison.Ordinal)) return Kinds;
        if (code.Model.GetTypeInfo(found).Type is { } type && IsDevice(type) && code.Text.Contains("ScanFlow", StringComparison.Ordinal))
            return $"operators take the scans of a device: write {Show(found)}.Scans";
        if (name == "Shifts" && found.IsKind(SyntaxKind.NumericLiteralExpression))
            return $"a time of day is a text: write \"{found.ToString().Split('.')[0].PadLeft(2, '0')}:00\"";

        // Of a test's tags the types are what helps.
        return methods[0].ContainingAssembly.Name == "PlantRuntime.Testing" ? null : HowWritten(methods);
    }

    /// <summary>Recognizes <c>0,5</c>, which C# reads as two numbers.</summary>
    private static string? DecimalComma(InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments;
        for (var i = 1; i < arguments.Count; i++)
        {
            if (arguments[i - 1].Expression is LiteralExpressionSyntax first && arguments[i].Expression is LiteralExpressionSyntax second
                && first.Token.IsKind(SyntaxKind.NumericLiteralToken) && second.Token.IsKind(SyntaxKind.NumericLiteralToken)
                && second.SpanStart == first.Span.End + 1)
                return $"a number has a point and no comma: write {first}.{second}";
        }

        return null;
    }

    private static InvocationExpressionSyntax? Call(MistakeContext code) => code.Node.FirstAncestorOrSelf<InvocationExpressionSyntax>();

    private static string NameOf(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax access ? access.Name.Identifier.ValueText : "";

    /// <summary>Returns the argument that the diagnostic points to; null if it is in a lambda of the call.</summary>
    private static ArgumentSyntax? Argument(MistakeContext code, InvocationExpressionSyntax call) =>
        call.ArgumentList.Arguments.FirstOrDefault(argument => argument.Expression.Span == code.Diagnostic.Location.SourceSpan
            || argument.Span == code.Diagnostic.Location.SourceSpan);

    /// <summary>Returns the operators that a call may mean; none if it is no call of an operator.</summary>
    private static List<IMethodSymbol> Methods(MistakeContext code, InvocationExpressionSyntax call) =>
        [.. code.Model.GetMemberGroup(call.Expression).OfType<IMethodSymbol>()
            .Where(m => m.ContainingNamespace?.ToDisplayString().StartsWith("PlantRuntime", StringComparison.Ordinal) == true)];

    /// <summary>Returns the type of the list that the operator takes at the end; null if it takes none.</summary>
    private static IArrayTypeSymbol? List(MistakeContext code, InvocationExpressionSyntax call) =>
        Methods(code, call).FirstOrDefault()?.Parameters.LastOrDefault() is { IsParams: true, Type: IArrayTypeSymbol list } ? list : null;

    private static string HowWritten(IReadOnlyList<IMethodSymbol> methods) =>
        $"{methods[0].Name} is written {string.Join(" or ", methods.Take(MaxSignatures).Select(Signature))}";

    // The compiler fills in the texts of lambdas.
    private static string Signature(IMethodSymbol method) =>
        $"{method.Name}({string.Join(", ", method.Parameters.Where(p => !IsCallerText(p)).Select(Parameter))})";

    private static bool IsCallerText(IParameterSymbol parameter) =>
        parameter.GetAttributes().Any(a => a.AttributeClass?.Name == "CallerArgumentExpressionAttribute");

    private static string Parameter(IParameterSymbol parameter) => $"{(parameter.IsParams ? "… " : "")}{TypeName(parameter.Type)} "
        + $"{parameter.Name}{(parameter.IsOptional ? "?" : "")}";

    private static string TypeName(ITypeSymbol type) => type.Name switch
    {
        "TimeSpan" => "duration",
        "Func" => "lambda",
        _ => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
    };
}
