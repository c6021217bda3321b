using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names the remedy where a flow is used like a list or a value, and where an operator has the wrong arguments. Pure; called by
/// <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class FlowMistakes
{
    public const string NoValue = "this is a flow of scans and no value: read values in a lambda, as in .Where(scan => scan[\"tag\"].Number > 5)";

    private const int MaxSignatures = 3;

    /// <summary>Methods of LINQ with the operator of a flow that does the same.</summary>
    private static readonly Dictionary<string, string> s_instead = new()
    {
        ["Average"] = "Window(1.Minutes).Mean()", ["Max"] = "Window(1.Minutes).Max()", ["Min"] = "Window(1.Minutes).Min()",
        ["Sum"] = "Window(1.Minutes).Sum()", ["Count"] = "Window(1.Minutes).Count()", ["First"] = "Window(1.Minutes).First()",
        ["Last"] = "Window(1.Minutes).Last()", ["Aggregate"] = "Fold(seed, (state, scan) => …)", ["Concat"] = "Merge(other)",
        ["Union"] = "Merge(other)", ["Zip"] = "Join(other, within: 1.Seconds)", ["Distinct"] = "OnChange()",
        ["GroupBy"] = "GroupByTime(…)", ["ForEach"] = "Payload(scan => …)", ["Take"] = "Where(scan => …)",
        ["Skip"] = "Where(scan => …)",
    };

    /// <summary>Returns null for any other diagnostic.</summary>
    public static string? Find(MistakeContext code) => code.Id switch
    {
        "CS0021" when code.Node.FirstAncestorOrSelf<ElementAccessExpressionSyntax>() is { } element => Indexed(code, element),
        "CS1579" or "CS8411" or "CS8415" => "a flow is no list: give what is done at each scan as a lambda, as in .Payload(scan => new { … })",
        "CS0149" when code.Node is ExpressionSyntax called && code.TypeOf(called) == "Scan"
            && called.Parent is InvocationExpressionSyntax { ArgumentList.Arguments: [var argument] } =>
            $"a tag is read with its name in brackets: write {Show(called)}[{Show(argument)}]",
        "CS0411" when Called(code) is { Name.Identifier.ValueText: "Payload" } payload
            && payload.Parent is InvocationExpressionSyntax { ArgumentList.Arguments: [var argument] }
            && argument.Expression is not LambdaExpressionSyntax =>
            $"a payload is made anew at each scan, by a lambda: write Payload(scan => {Show(argument)})",
        "CS0411" or "CS1929" or "CS1061" when Called(code) is { } access => Member(code, access),
        "CS1501" or "CS7036" or "CS1593" => Arguments(code),
        _ => null,
    };

    private static MemberAccessExpressionSyntax? Called(MistakeContext code) => code.Id == "CS1929"
        ? code.Node.Parent as MemberAccessExpressionSyntax ?? code.Node.FirstAncestorOrSelf<MemberAccessExpressionSyntax>()
        : code.Node.FirstAncestorOrSelf<MemberAccessExpressionSyntax>(
            access => access.Name.Span.Contains(code.Diagnostic.Location.SourceSpan));

    private static string? Member(MistakeContext code, MemberAccessExpressionSyntax access)
    {
        var name = access.Name.Identifier.ValueText;
        if (code.Model.GetTypeInfo(access.Expression).Type is not { } owner) return null;
        if (owner.Name == "Scan") return InScan(code, access, owner, name);
        if (name == "To" && owner.Name == "WindowFlow")
            return "a window has no output yet: say what of it, as in .Mean(), .Min(), .Max() or .Last(), before .To";
        if (name == "To" && owner.Name == "Flow")
            return "an event has no form yet: add .Payload(t => new { … }) before .To";
        if (name == "To" && owner.SpecialType is SpecialType.System_Int32 or SpecialType.System_Double or SpecialType.System_Boolean)
            return $"'{Show(access.Expression)}' has no 'To': a ')' is missing before '.To'";
        if (IsDevice(owner)) return OfDevice(code, access, owner, name);
        if (owner.Name == "Value" && name == "Value")
            return $"a Value is read as a number, a text or true and false: write {Show(access.Expression)}.Number, .Int, .Text or .Bool";
        if (ValueMistakes.Unit(access.Expression, owner, name) is { } unit) return unit;
        if (!IsFlow(owner)) return null;
        if (!s_instead.TryGetValue(name, out var instead))
            return code.Id == "CS0411" && code.Text.Contains("'Enumerable.", StringComparison.Ordinal)
                ? $"a flow never ends, so that '{name}' of a list does not exist: what is done at each scan goes into Where, Payload or Fold, "
                    + "and what is done with many scans into Window" : null;
        return $"a flow never ends, so that '{name}' of a list does not exist: write .{instead}";
    }

    private static string? InScan(MistakeContext code, MemberAccessExpressionSyntax access, ITypeSymbol scan, string name)
    {
        var tags = code.NamesOf("Plant", "Tags").ToList();
        if (name == "Tags" && access.Parent is MemberAccessExpressionSyntax inner) name = inner.Name.Identifier.ValueText;
        if (!tags.Contains(name) && NearestName.Find(name, MemberNames.Of(scan, false, code.Model, access.SpanStart)) is not null)
            return null;
        var tag = tags.Contains(name) ? name : NearestName.Find(name, tags) ?? name;
        return $"a tag is read with its name in brackets: write {Show(access.Expression)}[\"{tag}\"]";
    }

    private static string? OfDevice(MistakeContext code, MemberAccessExpressionSyntax access, ITypeSymbol device, string name)
    {
        var tags = device.GetMembers("Tags").OfType<IPropertySymbol>().FirstOrDefault()?.Type.GetMembers(name);
        if (tags is { Length: > 0 }) return $"the tags of a device are in Tags: write {Show(access.Expression)}.Tags.{name}";
        var flow = device.BaseType?.GetMembers("Scans").OfType<IPropertySymbol>().FirstOrDefault()?.Type;
        return flow?.GetMembers(name).Length > 0
            ? $"operators follow the scans of a device: write {Show(access.Expression)}.Scans.{name}" : null;
    }

    private static string? Indexed(MistakeContext code, ElementAccessExpressionSyntax element)
    {
        if (code.IsFlow(element.Expression)) return NoValue;
        return code.TypeOf(element.Expression) is "ScanValues" or "ScanQualities" or "ScanMeasurements"
            && element.Expression is MemberAccessExpressionSyntax { Expression: var scan }
            ? $"this is all tags together, for a payload: write {Show(scan)}{element.ArgumentList} for one of them" : null;
    }

    private static string? Arguments(MistakeContext code)
    {
        if (code.Node.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call) return null;
        if (DecimalComma(call) is { } comma) return comma;
        var methods = code.Model.GetMemberGroup(call.Expression).OfType<IMethodSymbol>()
            .Where(m => m.ContainingNamespace?.ToDisplayString().StartsWith("PlantRuntime", StringComparison.Ordinal) == true).ToList();
        if (methods.Count == 0) return null;
        if (methods[0].Name == "Select" && call.ArgumentList.Arguments is [{ Expression: LambdaExpressionSyntax lambda }])
            return $"Select adds a tag, whose name comes first: write Select(\"name\", {Show(lambda)}); what is sent is written with Payload";
        return $"{methods[0].Name} is written {string.Join(" or ", methods.Take(MaxSignatures).Select(Signature))}";
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

    private static string Signature(IMethodSymbol method) => $"{method.Name}({string.Join(", ", method.Parameters.Select(Parameter))})";

    private static string Parameter(IParameterSymbol parameter) =>
        $"{(parameter.IsParams ? "… " : "")}{TypeName(parameter.Type)} {parameter.Name}{(parameter.IsOptional ? "?" : "")}";

    private static string TypeName(ITypeSymbol type) => type.Name switch
    {
        "TimeSpan" => "duration",
        "Func" => "lambda",
        _ => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
    };
}
