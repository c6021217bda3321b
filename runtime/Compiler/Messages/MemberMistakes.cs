using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names what is meant by members that flows, scans, values and tags do not have: the words of other libraries and languages. Pure; called
/// by <see cref="FlowMistakes"/>.
/// </summary>
internal static class MemberMistakes
{
    private static readonly string[] s_aggregates = ["Mean", "TimeMean", "Sum", "Min", "Max", "First", "Last", "Count"];

    /// <summary>Words of other libraries with the operator that does the same; all in lower case.</summary>
    private static readonly Dictionary<string, string> s_operators = new()
    {
        ["filter"] = "Where(scan => …)", ["map"] = "Payload(scan => …)", ["subscribe"] = "Payload(scan => …) and .To(Sinks.name)",
        ["foreach"] = "Payload(scan => …)", ["do"] = "Payload(scan => …)", ["debounce"] = "Throttle(5.Seconds)",
        ["sample"] = "Every(5.Seconds)", ["buffer"] = "Window(1.Minutes)", ["interval"] = "Every(5.Seconds)",
        ["distinctuntilchanged"] = "OnChange()", ["onchanged"] = "OnChange()", ["changed"] = "OnChange()", ["delta"] = "Increase(\"tag\")",
        ["difference"] = "Increase(\"tag\")", ["derivative"] = "Rate(\"tag\")", ["scan"] = "Fold(seed, (state, scan) => …)",
        ["reduce"] = "Fold(seed, (state, scan) => …)", ["send"] = "To(Sinks.name)", ["sendto"] = "To(Sinks.name)",
        ["publish"] = "To(Sinks.name)", ["save"] = "To(Sinks.name)", ["store"] = "To(Sinks.name)", ["log"] = "To(Sinks.name)",
        ["print"] = "To(Sinks.name)", ["alert"] = "Alarm(\"tag\", above: 80)", ["smooth"] = "Ewma(\"tag\", …)",
        ["clamp"] = "Range(\"tag\", low, high)",
        ["limit"] = "Range(\"tag\", low, high)", ["combine"] = "Join(other, within: 1.Seconds)",
        ["combinelatest"] = "Join(other, within: 1.Seconds)",
    };

    /// <summary>Names the operator that is meant by a member that a flow does not have; null if none is known.</summary>
    public static string? OfFlow(ITypeSymbol flow, string name)
    {
        var aggregate = name is "Avg" or "Average" ? "Mean" : s_aggregates.Contains(name) ? name : null;
        if (aggregate is not null)
            return flow.Name == "WindowFlow" ? $"a window has no '{name}': write .{aggregate}()"
                : $"{aggregate} is of a window: write .Window(1.Minutes).{aggregate}()";
        if (flow.Name == "WindowFlow" && IsOperator(flow, name))
            return $"a window has aggregates only: write .{name} before the window, or after .Mean(), .Min(), .Max() or another aggregate";
        return s_operators.TryGetValue(name.ToLowerInvariant(), out var instead)
            ? $"there is no operator '{name}': write .{instead}" : null;
    }

    /// <summary>Names how a part of a tag's value is read that a value does not have.</summary>
    public static string? OfValue(ExpressionSyntax value, string name)
    {
        var quality = value is ElementAccessExpressionSyntax { ArgumentList.Arguments: [var tag] } element
            ? $"{Show(element.Expression)}.QualityOf({tag})" : "scan.QualityOf(\"tag\")";
        return name switch
        {
            "Value" => $"a Value is read as a number, a text or true and false: write {Show(value)}.Number, .Int, .Text or .Bool",
            "Quality" => $"the quality of a tag is with its scan: write {quality}",
            "IsGood" or "IsValid" => $"write {quality} == Quality.Good",
            "IsBad" => $"write {quality} != Quality.Good",
            "HasValue" => $"a bad tag has no value: write !{Show(value)}.IsNull",
            "Time" or "Timestamp" => "the time is that of the scan: write scan.Time",
            _ => null,
        };
    }

    /// <summary>Names the tag, or the part of a scan, that is meant by a member that a scan does not have.</summary>
    public static string? OfScan(MistakeContext code, MemberAccessExpressionSyntax access, ITypeSymbol scan, string name)
    {
        var tags = code.NamesOf("Plant", "Tags").ToList();
        if (name == "Tags" && access.Parent is MemberAccessExpressionSyntax inner) name = inner.Name.Identifier.ValueText;
        if (tags.Contains(name)) return InBrackets(name);
        var part = name.ToLowerInvariant() switch
        {
            "timestamp" or "ts" or "date" or "datetime" or "now" or "when" => "Time",
            "name" or "devicename" or "source" => "Device",
            "error" or "reason" or "exception" => "Failure",
            _ => null,
        };
        if (part is not null) return $"'{Show(access.Expression)}' has no '{name}': write {Show(access.Expression)}.{part}";
        if (NearestName.Find(name, MemberNames.Of(scan, false, code.Model, access.SpanStart)) is not null) return null;
        return InBrackets(NearestName.Find(name, tags) ?? name);

        string InBrackets(string tag) => $"a tag is read with its name in brackets: write {Show(access.Expression)}[\"{tag}\"]";
    }

    /// <summary>
    /// Recognizes <c>Plant.line.Tags.speed</c> where it is used as a flow or a value: it is the name of the tag. Null for anything else.
    /// </summary>
    public static string? OfTagName(MistakeContext code, ExpressionSyntax tag, string? name)
    {
        if (tag is not MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax tags } member
            || tags.Name.Identifier.ValueText != "Tags") return null;
        if (code.Model.GetTypeInfo(tags.Expression).Type is not { } device || !IsDevice(device)) return null;
        if (name is not null)
            return $"this is the name of a tag: write {Show(tags.Expression)}.Scans.Only(\"{member.Name}\").{name}";
        return code.Lambda is not null
            ? $"this is the name of a tag: its value is in the scan of its device, scan[\"{member.Name}\"].Number; "
                + "Join adds the tags of another device"
            : "this is the name of a tag: its value is read in a lambda, "
                + $"as in {Show(tags.Expression)}.Scans.Where(scan => scan[\"{member.Name}\"].Number > 5)";
    }

    private static bool IsOperator(ITypeSymbol flow, string name) =>
        flow.ContainingNamespace.GetTypeMembers("ScanFlow").FirstOrDefault()?.GetMembers(name).Length > 0;
}
