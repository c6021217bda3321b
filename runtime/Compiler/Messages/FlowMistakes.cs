using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names the remedy where a flow is used like a list or a value. Pure; called by <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class FlowMistakes
{
    public const string NoValue = "this is a flow of scans and no value: read values in a lambda, as in .Where(scan => scan[\"tag\"].Number > 5)";

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
        if (owner.Name == "Scan") return MemberMistakes.OfScan(code, access, owner, name);
        if (owner.SpecialType == SpecialType.System_String) return MemberMistakes.OfTagName(code, access.Expression, name);
        if (OfAllTags(access.Expression, owner.Name, $"[\"{name}\"]") is { } one) return one;
        if (name == "To" && owner.Name == "WindowFlow")
            return "a window has no output yet: say what of it, as in .Mean(), .Min(), .Max() or .Last(), before .To";
        if (name == "To" && owner.Name == "Flow")
            return "an event has no form yet: add .Payload(t => new { … }) before .To";
        if (name == "To" && owner.SpecialType is SpecialType.System_Int32 or SpecialType.System_Double or SpecialType.System_Boolean)
            return $"'{Show(access.Expression)}' has no 'To': a ')' is missing before '.To'";
        if (IsDevice(owner)) return OfDevice(code, access, owner, name);
        if (owner.Name == "Value") return MemberMistakes.OfValue(access.Expression, name);
        if (ValueMistakes.Unit(access.Expression, owner, name) is { } unit) return unit;
        if (!IsFlow(owner)) return null;
        if (owner.Name == "WindowFlow" || !s_instead.TryGetValue(name, out var instead))
        {
            if (MemberMistakes.OfFlow(owner, name) is { } meant) return meant;
            return code.Id == "CS0411" && code.Text.Contains("'Enumerable.", StringComparison.Ordinal)
                ? $"a flow never ends, so that '{name}' of a list does not exist: what is done at each scan goes into Where, Payload or Fold, "
                    + "and what is done with many scans into Window" : null;
        }

        return $"a flow never ends, so that '{name}' of a list does not exist: write .{instead}";
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
        return OfAllTags(element.Expression, code.TypeOf(element.Expression), element.ArgumentList.ToString());
    }

    private static string? OfAllTags(ExpressionSyntax tags, string? type, string inBrackets) =>
        type is "ScanValues" or "ScanQualities" or "ScanMeasurements" && tags is MemberAccessExpressionSyntax { Expression: var scan }
            ? $"this is all tags together, for a payload: write {Show(scan)}{inBrackets} for one of them" : null;
}
