using System.Globalization;
using Microsoft.CodeAnalysis;
using PlantRuntime.Compiler.Protocol;

namespace PlantRuntime.Compiler.Explaining;

/// <summary>
/// Turns the compiler's diagnostics into lines for a site engineer: relative paths, plain words, and the name that was probably meant.
/// </summary>
internal sealed class Explainer(Compilation compilation, string siteFolder)
{
    public CompileDiagnostic Explain(Diagnostic diagnostic)
    {
        var span = diagnostic.Location.GetLineSpan();
        var isError = diagnostic.Severity == DiagnosticSeverity.Error;
        if (!span.IsValid) return new CompileDiagnostic("", 0, 0, diagnostic.Id, isError, Words(diagnostic));
        var start = span.StartLinePosition;
        return new CompileDiagnostic(Shown(span.Path), start.Line + 1, start.Character + 1, diagnostic.Id, isError, Words(diagnostic));
    }

    private string Words(Diagnostic diagnostic)
    {
        var plain = PlainWords.Of(diagnostic);
        if (plain is not null) return plain;
        var names = diagnostic.Location.SourceTree is { } tree && compilation.ContainsSyntaxTree(tree)
            ? UnknownName.Explain(diagnostic, compilation.GetSemanticModel(tree))
            : null;
        return names ?? diagnostic.GetMessage(CultureInfo.InvariantCulture);
    }

    /// <summary>Files of the site relative to it; shared scripts as they are.</summary>
    private string Shown(string path)
    {
        if (!Path.IsPathRooted(path)) return path;
        var relative = Path.GetRelativePath(siteFolder, path);
        return (relative.StartsWith("..", StringComparison.Ordinal) ? path : relative).Replace('\\', '/');
    }
}
