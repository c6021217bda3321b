using System.Globalization;
using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler.Messages;

/// <summary>
/// Formats the compiler's diagnostics for a site engineer: relative paths, plain messages, and a suggestion for a misspelt name.
/// <see cref="RecipeCompilation"/> creates one for each compilation; immutable, no I/O.
/// </summary>
internal sealed class RecipeDiagnosticFormatter(Compilation compilation, string siteFolder)
{
    public CompileDiagnostic Format(Diagnostic diagnostic)
    {
        var span = diagnostic.Location.GetLineSpan();
        var isError = diagnostic.Severity == DiagnosticSeverity.Error;
        if (!span.IsValid) return new CompileDiagnostic("", 0, 0, diagnostic.Id, isError, MessageOf(diagnostic));
        var start = span.StartLinePosition;
        return new CompileDiagnostic(DisplayPath(span.Path), start.Line + 1, start.Character + 1, diagnostic.Id, isError,
            MessageOf(diagnostic));
    }

    private string MessageOf(Diagnostic diagnostic)
    {
        if (diagnostic.Location.SourceTree is not { } tree || !compilation.ContainsSyntaxTree(tree))
            return FriendlyMessages.Find(diagnostic) ?? diagnostic.GetMessage(CultureInfo.InvariantCulture);
        var code = new MistakeContext(diagnostic, compilation.GetSemanticModel(tree));
        return OutputMistakes.Find(code) ?? ValueMistakes.Find(code) ?? FlowMistakes.Find(code) ?? ArgumentMistakes.Find(code)
            ?? SyntaxMistakes.Find(code) ?? FriendlyMessages.Find(diagnostic)
            ?? UnknownNameMessages.Find(diagnostic, code.Model) ?? diagnostic.GetMessage(CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the path of a file of the site from the site's folder; the path of a shared script unchanged.</summary>
    private string DisplayPath(string path)
    {
        if (!Path.IsPathRooted(path)) return path;
        var relative = Path.GetRelativePath(siteFolder, path);
        return (relative.StartsWith("..", StringComparison.Ordinal) ? path : relative).Replace('\\', '/');
    }
}
