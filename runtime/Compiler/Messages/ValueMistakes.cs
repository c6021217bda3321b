using Microsoft.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names the remedy where a value, a duration or a number is used in a way that its type does not allow. Pure; called by
/// <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static partial class ValueMistakes
{
    private static readonly string[] s_units = ["Milliseconds", "Seconds", "Minutes", "Hours", "Days"];

    /// <summary>Returns null for any other diagnostic.</summary>
    public static string? Find(MistakeContext code) => code.Id switch
    {
        "CS0019" => Operands(code),
        "CS0023" when code.Node.FirstAncestorOrSelf<PrefixUnaryExpressionSyntax>() is { } unary && code.IsValue(unary.Operand) =>
            $"a tag's value is a Value: write {unary.OperatorToken}{Show(unary.Operand)}."
                + (unary.IsKind(SyntaxKind.LogicalNotExpression) ? "Bool" : "Number"),
        "CS0029" or "CS0266" => Conversion(code),
        "CS0200" or "CS0131" when IsComparison(code) => "'=' assigns: write == to compare",
        "CS0037" => Null(code),
        "CS1503" => Argument(code),
        "CS1003" or "CS1002" or "CS1026" when Suffix(code) is { } suffix => suffix,
        "CS0103" when Suffix(code) is { } suffix => suffix,
        _ => null,
    };

    /// <summary>Names the units of durations for a number with a member that does not exist: <c>5.ms</c>. Null for anything else.</summary>
    public static string? Unit(ExpressionSyntax number, ITypeSymbol type, string name)
    {
        if (type.SpecialType is not (SpecialType.System_Int32 or SpecialType.System_Double) || name.Length == 0) return null;
        if (UnitOf(name) is { } unit) return $"a duration is written {Show(number)}.{unit}";
        return NearestName.Find(name, s_units) is null
            ? $"there is no unit '{name}': durations are written {Show(number)}.Seconds (or Milliseconds, Minutes, Hours, Days)" : null;
    }

    private static string? Operands(MistakeContext code)
    {
        if (code.Node.FirstAncestorOrSelf<BinaryExpressionSyntax>() is not { } binary) return null;
        if (code.IsFlow(binary.Left) || code.IsFlow(binary.Right)) return FlowMistakes.NoValue;
        if (binary.Parent is AssignmentExpressionSyntax && IsComparison(code)) return "'=' assigns: write == to compare";
        if (binary.IsKind(SyntaxKind.CoalesceExpression) && Default(code, binary) is { } orElse) return orElse;
        if (!code.IsValue(binary.Left) && !code.IsValue(binary.Right))
        {
            var quoted = new[] { binary.Left, binary.Right }.FirstOrDefault(part => part.IsKind(SyntaxKind.StringLiteralExpression));
            if (quoted is not null && NumberText().IsMatch(quoted.ToString()))
                return $"a number has no quotes: write {quoted.ToString().Trim('"')}";
            return quoted is not null && quoted.ToString().Trim('"') is var tag && code.NamesOf("Plant", "Tags").Contains(tag)
                ? $"this is the name of a tag: its value is read from the scan in a lambda, as in scan => scan[\"{tag}\"].Number > 5"
                : MemberMistakes.OfTagName(code, binary.Left, null) ?? MemberMistakes.OfTagName(code, binary.Right, null);
        }

        var member = binary.Kind() is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression ? "Bool" : "Number";
        return "a tag's value is a Value, which can be a number, a text or nothing: "
            + $"write {Part(binary.Left)} {binary.OperatorToken} {Part(binary.Right)}";

        string Part(ExpressionSyntax part) => code.IsValue(part) ? $"{Show(part)}.{member}" : Show(part);
    }

    /// <summary>Recognizes <c>scan["a"] ?? 0</c> and <c>scan["a"].Number ?? 0</c>: neither is ever null.</summary>
    private static string? Default(MistakeContext code, BinaryExpressionSyntax binary)
    {
        var value = binary.Left is MemberAccessExpressionSyntax access && code.IsValue(access.Expression) ? access.Expression : binary.Left;
        if (!code.IsValue(value)) return null;
        var member = value == binary.Left ? "Number" : ((MemberAccessExpressionSyntax)binary.Left).Name.ToString();
        return $"a tag without a value is found with IsNull: write {Show(value)}.IsNull ? {Show(binary.Right)} : {Show(value)}.{member}";
    }

    private static string? Conversion(MistakeContext code)
    {
        var node = code.Node as ExpressionSyntax ?? code.Node.FirstAncestorOrSelf<ExpressionSyntax>();
        if (node is AssignmentExpressionSyntax) return "'=' assigns: write == to compare";
        if (node is null || Types(code.Text) is not var (from, to)) return null;
        if (from == "Value" && MemberFor(to) is { } member) return $"a tag's value is a Value: write {Show(node)}.{member}";
        if (code.IsFlow(node)) return FlowMistakes.NoValue;
        var isResult = code.Lambda is { } lambda && (lambda.ExpressionBody == node || node.Parent is ReturnStatementSyntax);
        if (to == "bool" && isResult)
            return $"the lambda of {code.Operator} answers with true or false, and this is a {from}: compare it, "
                + $"as in {Show(node)} {(from == "string" ? "== \"on\"" : "> 0")}";
        return (from, to) switch
        {
            ("double" or "float", "int" or "long") => $"this is a number with a fraction, and {to} holds whole numbers: write double",
            ("string", "TimeSpan") => Duration(node),
            ("string", "double" or "int" or "long") when NumberText().IsMatch(node.ToString()) =>
                $"a number has no quotes: write {node.ToString().Trim('"')}",
            ("int" or "double", "TimeSpan") => $"a duration has a unit: write {Show(node)}.Seconds (or Milliseconds, Minutes, Hours, Days)",
            (_, "string") => $"this is a {from} and no text: write {Show(node)}.ToString()",
            _ => null,
        };
    }

    private static string? Argument(MistakeContext code)
    {
        var node = code.Node as ExpressionSyntax ?? code.Node.DescendantNodesAndSelf().OfType<ExpressionSyntax>().FirstOrDefault();
        if (node is null || Types(code.Text) is not var (from, to)) return null;
        if (from == "Value" && MemberFor(to) is { } member) return $"a tag's value is a Value: write {Show(node)}.{member}";
        if (to.StartsWith("Func<Scan, ", StringComparison.Ordinal))
            return $"this needs a lambda, which is asked at each scan: write scan => {Show(node)}";
        return (from, to) switch
        {
            ("string", "TimeSpan") => Duration(node),
            ("int" or "double" or "long", "TimeSpan") =>
                $"a duration has a unit: write {Show(node)}.Seconds (or Milliseconds, Minutes, Hours, Days)",
            ("string", "double" or "int" or "double?" or "int?") when NumberText().IsMatch(node.ToString()) =>
                $"a number has no quotes: write {node.ToString().Trim('"')}",
            _ => null,
        };
    }

    private static string? Null(MistakeContext code)
    {
        if (code.Node.FirstAncestorOrSelf<IsPatternExpressionSyntax>()?.Expression is not { } tested) return null;
        var value = tested is MemberAccessExpressionSyntax access && code.IsValue(access.Expression) ? access.Expression : tested;
        return code.IsValue(value) ? $"a tag without a value is found with IsNull: write {Show(value)}.IsNull" : null;
    }

    private static bool IsComparison(MistakeContext code) =>
        code.Node.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is { } assignment
        && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
        && (assignment.Parent is LambdaExpressionSyntax or IfStatementSyntax or ConditionalExpressionSyntax or BinaryExpressionSyntax
            or ReturnStatementSyntax or ArgumentSyntax);

    private static string Duration(ExpressionSyntax node)
    {
        var text = (node as LiteralExpressionSyntax)?.Token.ValueText ?? "";
        return DurationText().Match(text.Trim()) is { Success: true } found && UnitOf(found.Groups[2].Value) is { } unit
            ? $"a duration is written without quotes: {found.Groups[1].Value}.{unit}"
            : "a duration is written without quotes: 5.Seconds (or Milliseconds, Minutes, Hours, Days)";
    }

    /// <summary>Recognizes <c>5s</c>: a number with letters right behind it.</summary>
    private static string? Suffix(MistakeContext code)
    {
        var token = code.Root.FindToken(code.Diagnostic.Location.SourceSpan.Start);
        if (!token.IsKind(SyntaxKind.IdentifierToken)) token = token.GetNextToken();
        var number = token.GetPreviousToken();
        if (!token.IsKind(SyntaxKind.IdentifierToken) || !number.IsKind(SyntaxKind.NumericLiteralToken)) return null;
        if (number.Span.End != token.SpanStart) return null;
        var unit = UnitOf(token.ValueText);
        return unit is null
            ? $"there is no unit '{token.ValueText}': durations are written {number}.Seconds (or Milliseconds, Minutes, Hours, Days)"
            : $"a duration is written {number}.{unit}";
    }

    private static string? UnitOf(string text) => text switch
    {
        "ms" => "Milliseconds",
        "s" or "sec" or "seg" => "Seconds",
        "m" or "min" => "Minutes",
        "h" => "Hours",
        "d" => "Days",
        _ => null,
    };

    private static string? MemberFor(string type) => type switch
    {
        "double" or "float" or "decimal" => "Number",
        "int" or "long" => "Int",
        "bool" => "Bool",
        "string" => "Text",
        _ => null,
    };

    /// <summary>Returns the two types that a message names, without namespaces.</summary>
    private static (string From, string To)? Types(string message)
    {
        var parts = message.Split('\'');
        return parts.Length < 5 ? null : (Namespaces().Replace(parts[1], ""), Namespaces().Replace(parts[3], ""));
    }

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)$", RegexOptions.IgnoreCase)]
    private static partial Regex DurationText();

    [GeneratedRegex("^\"-?[0-9.]+\"$")]
    private static partial Regex NumberText();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]*\.(?=[A-Z])")]
    private static partial Regex Namespaces();
}
