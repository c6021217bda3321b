using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Logging.Tests.Events;

/// <summary>
/// Finds the calls of the log in source files and reads their texts. Fields that are built elsewhere (a local, field or method of type
/// <c>LogFields</c>) are found by their name, first in the same file.
/// </summary>
internal sealed class LogCallScanner
{
    private static readonly string[] s_methods = ["Debug", "Info", "Warn", "Error", "Write"];
    private readonly List<(string Path, SyntaxNode Root)> _files;

    /// <summary>Methods that return fields, by name.</summary>
    private readonly ILookup<string, (string Path, MethodDeclarationSyntax Method)> _builders;

    /// <summary>Properties that return fields, by name; several implementations of one property have all their keys.</summary>
    private readonly ILookup<string, (string Path, ExpressionSyntax Value)> _properties;

    public LogCallScanner(string root, params string[] folders)
    {
        _files =
        [
            .. folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories))
                .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
                .Where(f => !f.Split('/').Any(part => part is "obj" or "bin")).Order(StringComparer.Ordinal)
                .Select(f => (f, CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(root, f))).GetRoot())),
        ];
        _builders = _files.SelectMany(f => f.Root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(m => IsFields(m.ReturnType))
            .Select(m => (f.Path, Method: m)))
            .ToLookup(m => m.Method.Identifier.Text, StringComparer.Ordinal);
        _properties = _files.SelectMany(f => f.Root.DescendantNodes().OfType<PropertyDeclarationSyntax>()
                .Where(p => IsFields(p.Type) && p.ExpressionBody is not null)
                .Select(p => (p.Identifier.Text, f.Path, Value: p.ExpressionBody!.Expression)))
            .ToLookup(p => p.Text, p => (p.Path, p.Value), StringComparer.Ordinal);
    }

    /// <summary>All calls, in the order of the files.</summary>
    public IReadOnlyList<LogCall> Calls() => [.. _files.SelectMany(f => Calls(f.Path, f.Root))];

    private IEnumerable<LogCall> Calls(string path, SyntaxNode root)
    {
        foreach (var call in root.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.Text: var method } access
                || !s_methods.Contains(method)) continue;
            var receiver = access.Expression.ToString().Split('.')[^1].TrimStart('_');
            if (!receiver.Equals("log", StringComparison.OrdinalIgnoreCase) && access.Expression is not ThisExpressionSyntax) continue;
            var arguments = call.ArgumentList.Arguments;
            var line = call.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            IReadOnlyList<string> levels = method == "Write" ? Levels(arguments[0].Expression, root) : [method];
            yield return new LogCall($"{path}:{line}", levels, [.. Texts(arguments[^1].Expression, path)]);
        }
    }

    /// <summary>The levels that an expression names, or that the file names if the expression is a variable.</summary>
    private static string[] Levels(ExpressionSyntax level, SyntaxNode root)
    {
        var names = Named(level);
        return names.Length > 0 ? names : [.. Named(root).Where(n => n != "Debug")];

        static string[] Named(SyntaxNode node) =>
        [
            .. node.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>()
                .Where(m => m.Expression.ToString() == nameof(LogLevel)).Select(m => m.Name.Identifier.Text).Distinct(),
        ];
    }

    private IEnumerable<string> Texts(ExpressionSyntax text, string path)
    {
        switch (text)
        {
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression):
                return [literal.Token.ValueText];
            case BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression):
                return from left in Texts(sum.Left, path) from right in Texts(sum.Right, path) select left + right;
            case ParenthesizedExpressionSyntax inner:
                return Texts(inner.Expression, path);
            case InterpolatedStringExpressionSyntax interpolated:
                IEnumerable<string> texts = [""];
                foreach (var part in interpolated.Contents)
                {
                    string[] next = part is InterpolatedStringTextSyntax plain
                        ? [plain.TextToken.ValueText]
                        : [.. Hole(((InterpolationSyntax)part).Expression, path)];
                    texts = texts.SelectMany(t => next.Select(n => t + n)).ToList();
                }

                return texts;
            default: return [];
        }
    }

    private IEnumerable<string> Hole(ExpressionSyntax hole, string path)
    {
        var inner = hole is ParenthesizedExpressionSyntax p ? p.Expression : hole;
        if (inner is ConditionalExpressionSyntax { WhenTrue: LiteralExpressionSyntax first, WhenFalse: LiteralExpressionSyntax second })
            return [first.Token.ValueText, second.Token.ValueText];
        return [Fields(inner, path, 0) ?? $"{LogCall.Value}"];
    }

    /// <summary>The fields that an expression of type <c>LogFields</c> builds; null for an expression of another type.</summary>
    private string? Fields(SyntaxNode node, string path, int depth)
    {
        if (depth > 4) return null;
        switch (node)
        {
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } call:
                switch (access.ToString())
                {
                    case "LogText.Suppressed": return $" suppressed={LogCall.Value}";
                    case "LogFields.From" or "LogFields.When": return Texts(call.ArgumentList.Arguments[^1].Expression, path)
                        .FirstOrDefault();
                    case "LogFields.Join": return $" {LogCall.Value}={LogCall.Value}";
                    default: return Declared(access.Name.Identifier.Text, path, depth);
                }
            case InvocationExpressionSyntax { Expression: IdentifierNameSyntax name }: return Declared(name.Identifier.Text, path, depth);
            case IdentifierNameSyntax name: return Declared(name.Identifier.Text, path, depth);
            case AwaitExpressionSyntax await: return Fields(await.Expression, path, depth + 1);
            case ParenthesizedExpressionSyntax inner: return Fields(inner.Expression, path, depth + 1);
            case ConditionalExpressionSyntax choice: return Fields(choice.WhenTrue, path, depth + 1)
                ?? Fields(choice.WhenFalse, path, depth + 1);
            default: return null;
        }
    }

    private string? Declared(string name, string path, int depth)
    {
        var root = _files.First(f => f.Path == path).Root;
        foreach (var node in root.DescendantNodes())
        {
            if (node is VariableDeclaratorSyntax { Initializer.Value: var value } variable && variable.Identifier.Text == name
                && Fields(Awaited(value), path, depth + 1) is { } found) return found;
            if (node is ParameterSyntax { Type: { } type } parameter && parameter.Identifier.Text == name && IsFields(type))
                return FromCallers(parameter, path, root, depth);
        }

        if (_properties.Contains(name)) return string.Join(' ', _properties[name].Select(p => Fields(p.Value, p.Path, depth + 1)));
        foreach (var (file, method) in _builders[name].OrderBy(m => m.Path == path ? 0 : 1))
        {
            var results = method.DescendantNodes().OfType<ReturnStatementSyntax>().Select(r => r.Expression)
                .Append(method.ExpressionBody?.Expression);
            foreach (var result in results.OfType<ExpressionSyntax>())
            {
                if (Fields(result, file, depth + 1) is { } fields) return fields;
            }
        }

        return null;
    }

    /// <summary>
    /// The fields that the callers of a method in the same file pass for a parameter: those of the call that passes most.
    /// </summary>
    private string? FromCallers(ParameterSyntax parameter, string file, SyntaxNode root, int depth)
    {
        if (parameter.Parent?.Parent is not MethodDeclarationSyntax method) return null;
        var place = method.ParameterList.Parameters.IndexOf(parameter);
        return root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(c => c.Expression is IdentifierNameSyntax name && name.Identifier.Text == method.Identifier.Text
                && c.ArgumentList.Arguments.Count > place)
            .Select(c => Fields(c.ArgumentList.Arguments[place].Expression, file, depth + 1)).MaxBy(f => f?.Length ?? 0);
    }

    private static ExpressionSyntax Awaited(ExpressionSyntax value) =>
        value is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" } access }
            ? access.Expression
            : value is AwaitExpressionSyntax await ? Awaited(await.Expression) : value;

    private static bool IsFields(TypeSyntax type) => type.ToString() is "LogFields" or "Task<LogFields>" or "ValueTask<LogFields>";
}
