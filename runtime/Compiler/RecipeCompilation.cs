using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using PlantRuntime.Compiler.Messages;
using PlantRuntime.Compiler.Instrumentation;
using PlantRuntime.Compiler.Loading;
using PlantRuntime.Compiler.Rules;

namespace PlantRuntime.Compiler;

/// <summary>
/// Compiles recipes: first unchanged, for the diagnostics, then with checks, into files. <see cref="RequestLoop"/> calls it for one request
/// at a time; not thread-safe. It reads the sources and references and writes the .dll and .pdb of the request.
/// </summary>
internal sealed class RecipeCompilation
{
    private static readonly CSharpParseOptions s_plain = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
    private static readonly EmitOptions s_emit = new(debugInformationFormat: DebugInformationFormat.PortablePdb);
    private readonly ReferenceCache _references = new();

    /// <summary>Compiles a recipe, or returns the declarations of its loaded scripts if the request has no output.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public CompileReply Compile(CompileRequest request)
    {
        var scripts = ScriptLoader.Load(request.Recipe, request.SiteFolder, request.ScriptFolders);
        var compilation = Create(request, scripts);
        if (request.Output is not { } output)
        {
            var declared = LoadedScriptStubs.Create(compilation, [.. scripts.Trees.SkipLast(1)], request.SiteFolder);
            return new CompileReply(request.Id, null, null, [], scripts.Files, declared);
        }

        var found = new List<Diagnostic>(scripts.Diagnostics);
        found.AddRange(compilation.GetDiagnostics());
        IReadOnlyList<SemanticModel> models = [.. scripts.Trees.Select(tree => compilation.GetSemanticModel(tree))];
        if (!HasErrors(found)) found.AddRange(models.SelectMany(RecipeRules.Check));
        var explained = Explain(compilation, found, request.SiteFolder);
        if (HasErrors(found)) return new CompileReply(request.Id, null, null, explained, scripts.Files);

        var (assembly, symbols) = (output + ".dll", output + ".pdb");
        var failed = Emit(Instrument(compilation, models), assembly, symbols);
        return failed.Count > 0
            ? new CompileReply(request.Id, null, null, Explain(compilation, failed, request.SiteFolder), scripts.Files)
            : new CompileReply(request.Id, assembly, symbols, explained, scripts.Files);
    }

    private CSharpCompilation Create(CompileRequest request, LoadedScripts scripts)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            scriptClassName: "Recipe",
            usings: request.Imports,
            optimizationLevel: OptimizationLevel.Release,
            checkOverflow: false,
            // A recipe is small: sharing it among threads costs more than it saves, and the other core runs the plant.
            concurrentBuild: false,
            deterministic: true,
            nullableContextOptions: NullableContextOptions.Annotations,
            // An assembly that references an older framework is no problem for a site engineer.
            specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]);
        return CSharpCompilation.Create(
            $"recipe-{Path.GetFileNameWithoutExtension(request.Recipe)}",
            [.. scripts.Trees, Plain(request.Generated, "<generated>"), Plain(GuardSyntax.Source, "<guard>")],
            _references.For(request.References),
            options);
    }

    private static SyntaxTree Plain(string text, string path) =>
        CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), s_plain, path);

    private static CSharpCompilation Instrument(CSharpCompilation compilation, IReadOnlyList<SemanticModel> models)
    {
        var guarded = compilation;
        foreach (var model in models)
        {
            var tree = model.SyntaxTree;
            var root = new GuardRewriter(model).Visit(tree.GetRoot());
            guarded = guarded.ReplaceSyntaxTree(tree, tree.WithRootAndOptions(root, tree.Options));
        }

        return guarded;
    }

    private static IReadOnlyList<Diagnostic> Emit(CSharpCompilation compilation, string assembly, string symbols)
    {
        using var dll = File.Create(assembly);
        using var pdb = File.Create(symbols);
        var result = compilation.Emit(dll, pdb, options: s_emit);
        return result.Success ? [] : [.. result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];
    }

    private static bool HasErrors(IEnumerable<Diagnostic> diagnostics) => diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error);

    private static IReadOnlyList<CompileDiagnostic> Explain(Compilation compilation, IEnumerable<Diagnostic> diagnostics, string siteFolder)
    {
        var explainer = new RecipeDiagnosticFormatter(compilation, siteFolder);
        var shown = diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning && !d.IsSuppressed).ToList();
        // CS1662 says of a lambda what another error at the same place says of its result.
        shown.RemoveAll(d => d.Id == "CS1662"
            && shown.Exists(other => other.Id != d.Id && other.Location.SourceSpan == d.Location.SourceSpan));
        return [.. shown.Select(explainer.Format).DistinctBy(d => (d.File, d.Line, d.Column, d.IsError, d.Message))
            .OrderBy(d => d.File, StringComparer.Ordinal).ThenBy(d => d.Line).ThenBy(d => d.Column)];
    }
}
