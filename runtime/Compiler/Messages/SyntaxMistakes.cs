using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static PlantRuntime.Compiler.Messages.MistakeContext;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Names the remedy for mistakes in the form of a recipe: quotes, lambdas, words of other languages, waiting, missing namespaces. Pure;
/// called by <see cref="RecipeDiagnosticFormatter"/>.
/// </summary>
internal static class SyntaxMistakes
{
    private const string NoWaiting =
        "a recipe only declares and never waits: remove await and async; .Ask(Sinks.name) waits for the answer of a server";

    /// <summary>Returns null for any other diagnostic.</summary>
    public static string? Find(MistakeContext code) => code.Id switch
    {
        "CS1011" or "CS1012" => "a text is written in double quotes: \"text\"",
        "CS1056" when code.Text.Contains('“') || code.Text.Contains('”') || code.Text.Contains('„') =>
            "this is a quotation mark of a word processor: write the straight one, \"",
        "CS0102" or "CS0128" or "CS0136" when code.Text.Split('\'') is { Length: > 2 } quoted =>
            $"there is another variable '{quoted[^2]}' already: give this one another name",
        "CS0201" => "this computes a value that nobody uses: write return before it, or the lambda without braces, scan => value",
        "CS1643" or "CS0161" => "not every way through this returns a value: end each of them with return",
        "CS4008" or "CS4032" or "CS4033" or "CS4034" or "CS4010" or "CS1992" or "CS8892" => NoWaiting,
        "CS0746" => "each field of an object has a name: write name = value, as in new { level = scan[\"level\"] }",
        "CS0826" when code.Node.DescendantNodesAndSelf().OfType<ExpressionSyntax>().Any(code.IsFlow) =>
            "devices of a list need the word Device: write new Device[] { … }",
        "CS0119" when code.Node.Parent is ElementAccessExpressionSyntax { ArgumentList.Arguments: [var key] }
            && code.Node.ToString() is "Plant" or "Sinks" => $"write {code.Node}.{key.ToString().Trim('"')}",
        "CS1024" => "a comment begins with //",
        "CS0193" or "CS0103" or "CS1525" when code.Node.FirstAncestorOrSelf<MemberAccessExpressionSyntax>(
            access => access.IsKind(SyntaxKind.PointerMemberAccessExpression)) is { } pointer =>
            $"an arrow of a lambda is =>: write {Show(pointer.Expression)} => …",
        "CS1525" or "CS1003" when Arrow(code) is { } arrow => arrow,
        "CS0103" or "CS0246" or "CS1003" or "CS1002" or "CS1026" when Word(code) is { } word => word,
        "CS0103" or "CS0246" when MissingName(code) is { } missing => missing,
        _ => null,
    };

    private static string? Arrow(MistakeContext code)
    {
        var token = code.Root.FindToken(code.Diagnostic.Location.SourceSpan.Start);
        var before = token.GetPreviousToken();
        if (token.IsKind(SyntaxKind.ReturnKeyword) || code.Text.Contains("'return'", StringComparison.Ordinal))
            return "a lambda without braces has no return: write scan => value";
        if (token.IsKind(SyntaxKind.EqualsGreaterThanToken)) return "'=>' begins a lambda: greater or equal is written >=";
        if (code.Id != "CS1525") return null;
        if (token.IsKind(SyntaxKind.IfKeyword))
            return "a lambda without braces is one expression: write condition ? value : other, or the condition alone";
        if (before.Kind() is SyntaxKind.AmpersandAmpersandToken or SyntaxKind.BarBarToken && token.Kind() is SyntaxKind.LessThanToken
            or SyntaxKind.GreaterThanToken or SyntaxKind.LessThanEqualsToken or SyntaxKind.GreaterThanEqualsToken
            or SyntaxKind.EqualsEqualsToken)
            return $"each comparison has two sides: write the value again, a > 5 {before} a {token} 10";
        if (token.IsKind(SyntaxKind.GreaterThanToken) && before.IsKind(SyntaxKind.EqualsToken)) return "the arrow => has no space in it";
        return token.IsKind(SyntaxKind.EqualsToken) && before.IsKind(SyntaxKind.EqualsEqualsToken) ? "write == to compare" : null;
    }

    private static string? Word(MistakeContext code)
    {
        var token = code.Root.FindToken(code.Diagnostic.Location.SourceSpan.Start);
        if (token.ValueText is "lambda" or "let" or "import") return OtherLanguage(token);
        if (token.GetNextToken() is var next && !IsWord(token) && IsWord(next)) token = next;
        return !IsWord(token) ? null : token.ValueText.ToLowerInvariant() == "then"
            ? "there is no 'then' in C#: write the condition in parentheses and what follows in braces"
            : "conditions are combined with && (and), || (or), ! (not)";
    }

    private static string? OtherLanguage(SyntaxToken word)
    {
        var next = word.GetNextToken();
        return (word.ValueText, next.IsKind(SyntaxKind.IdentifierToken)) switch
        {
            ("lambda", true) => $"a lambda is written {next.ValueText} => …",
            ("let", true) => $"a variable is declared with var: write var {next.ValueText}",
            ("import", true) => "names of another namespace come with using, scripts with #load \"name.csx\"; "
                + "a recipe needs neither for its operators",
            _ => null,
        };
    }

    private static bool IsWord(SyntaxToken token) =>
        token.ValueText is "and" or "or" or "not" or "AND" or "OR" or "NOT" or "then" && token.Parent is not BinaryPatternSyntax
            and not UnaryPatternSyntax;

    private static string? MissingName(MistakeContext code)
    {
        if (code.Node.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().FirstOrDefault() is not { } name) return null;
        var word = name.Identifier.ValueText;
        if (code.Id == "CS0103" && InObject(name) is { } objectText) return objectText;
        if (code.Id == "CS0103" && OutsideLambda(code, name) is { } lambda) return lambda;
        if (code.Id == "CS0103" && OfTheSite(code, name) is { } ofTheSite) return ofTheSite;
        var found = Namespaces(code.Model.Compilation.GlobalNamespace, word).Order(StringComparer.Ordinal).FirstOrDefault();
        if (found is null) return null;
        if (found.StartsWith("System.Threading", StringComparison.Ordinal)) return $"'{word}' waits or starts threads: {NoWaiting}";
        return found.StartsWith("System.IO", StringComparison.Ordinal) || found.StartsWith("System.Net", StringComparison.Ordinal)
            ? $"a recipe performs no I/O: '{word}' belongs in a plugin; read data as a device's tag, write it to a sink"
            : $"'{word}' needs a line at the beginning of the file: using {found};";
    }

    /// <summary>Recognizes <c>Payload(scan => { x = … })</c>, a block instead of an object.</summary>
    private static string? InObject(SimpleNameSyntax name) =>
        name.Parent is AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax { Parent: BlockSyntax block } } assignment
            && assignment.Left == name && block.Parent is LambdaExpressionSyntax { Parent.Parent.Parent: InvocationExpressionSyntax call }
            && call.Expression.ToString().EndsWith(".Payload", StringComparison.Ordinal)
            ? $"a payload is an object: write new before the brace, new {{ {Show(assignment)} }}" : null;

    /// <summary>Recognizes <c>Where(scan["a"].Number > 5)</c>, where the beginning of the lambda is missing.</summary>
    private static string? OutsideLambda(MistakeContext code, SimpleNameSyntax name)
    {
        if (code.Lambda is not null || name.Identifier.ValueText is not ("scan" or "s" or "x" or "t" or "g")) return null;
        if (name.FirstAncestorOrSelf<ArgumentSyntax>() is not { Parent.Parent: InvocationExpressionSyntax call } argument) return null;
        return call.Expression is MemberAccessExpressionSyntax access
            ? $"the beginning of the lambda is missing: write {access.Name}({name} => {Show(argument)})" : null;
    }

    /// <summary>Recognizes the bare name of a tag, sink or device.</summary>
    private static string? OfTheSite(MistakeContext code, SimpleNameSyntax name)
    {
        var word = name.Identifier.ValueText;
        if (code.NamesOf("Plant", "Tags").Contains(word))
            return name.Parent is ArgumentSyntax { Parent: BracketedArgumentListSyntax } ? $"a tag's name is a text: write [\"{word}\"]"
                : $"a tag's name is a text or the tag of its device: write \"{word}\" or Plant.device.Tags.{word}";
        if (code.NamesOf("Sinks").Contains(word)) return $"write a sink as Sinks.{word}";
        return code.NamesOf("Plant").Contains(word) ? $"write a device as Plant.{word}" : null;
    }

    /// <summary>Returns the namespaces of the framework that have a public type with this name.</summary>
    private static IEnumerable<string> Namespaces(INamespaceSymbol root, string type) =>
        root.GetNamespaceMembers().Where(n => n.ContainingNamespace is { IsGlobalNamespace: false } || n.Name == "System")
            .SelectMany(n => n.GetTypeMembers(type).Any(t => t.DeclaredAccessibility == Accessibility.Public)
                ? Namespaces(n, type).Prepend(n.ToDisplayString()) : Namespaces(n, type));
}
