using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace PlantRuntime.Compiler;

/// <summary>
/// Compiles one recipe: first as it is written, for its errors; then with a check in every loop and function, for the assembly, so that a
/// recipe that runs away can be stopped.
/// </summary>
internal static class RecipeCompilation
{
    private const string ScriptClass = "Recipe";
    private const string SiteFile = "/site.g.csx";
    private static readonly CSharpParseOptions s_script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);
    private static readonly Lazy<List<PortableExecutableReference>> s_framework = new(Framework);

    public static CompileReply Compile(CompileRequest request)
    {
        try
        {
            var texts = new Dictionary<string, string> { [SiteFile] = request.Generated };
            var written = Create(request, texts);
            var diagnostics = Check(written).Distinct().ToArray();
            if (diagnostics.Length > 0) return new CompileReply(false, diagnostics);
            foreach (var tree in Recipes(written)) texts[tree.FilePath] = new GuardRewriter(written.GetSemanticModel(tree)).Visit(tree.GetRoot()).ToFullString();
            return Emit(Create(request, texts), request.Output);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new CompileReply(false, [new CompileDiagnostic(request.Recipe, 0, 0, "IO", exception.Message)]);
        }
    }

    /// <summary>
    /// The root of it all loads the code that stands for site.toml and then the recipe, so that both share their names; <paramref name="texts"/>
    /// stand in for files.
    /// </summary>
    private static CSharpCompilation Create(CompileRequest request, IReadOnlyDictionary<string, string> texts)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            scriptClassName: ScriptClass,
            usings: request.Imports,
            optimizationLevel: OptimizationLevel.Release,
            deterministic: true,
            nullableContextOptions: NullableContextOptions.Annotations,
            sourceReferenceResolver: new ScriptResolver(request.SearchFolders, texts));
        var root = $"#load \"{SiteFile}\"\n#load \"{request.Recipe}\"\n";
        return CSharpCompilation.CreateScriptCompilation(
            $"recipe-{Path.GetFileNameWithoutExtension(request.Recipe)}",
            CSharpSyntaxTree.ParseText(SourceText.From(root, Encoding.UTF8), s_script),
            [.. s_framework.Value, .. request.References.Select(path => MetadataReference.CreateFromFile(path))],
            options);
    }

    /// <summary>The recipe and what it loads, as the engineer wrote them.</summary>
    private static IEnumerable<SyntaxTree> Recipes(CSharpCompilation compilation) => compilation.SyntaxTrees.Where(t => t.FilePath.Length > 0 && t.FilePath != SiteFile);

    private static IEnumerable<CompileDiagnostic> Check(CSharpCompilation compilation)
    {
        foreach (var tree in Recipes(compilation))
        {
            foreach (var directive in tree.GetCompilationUnitRoot().GetReferenceDirectives())
                yield return Diagnostic(directive.GetLocation(), "PLANT1", "a recipe cannot load assemblies with #r: what it needs comes from plugins and scripts");
            foreach (var node in tree.GetRoot().DescendantNodes().Where(n => n is AwaitExpressionSyntax && !n.Ancestors().Any(IsFunction)))
                yield return Diagnostic(node.GetLocation(), "PLANT2", "a recipe's top level declares and waits for nothing: await is not possible here");
        }

        foreach (var diagnostic in compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS7011"))
            yield return Diagnostic(diagnostic.Location, diagnostic.Id, PlainWords.Of(diagnostic, compilation));
    }

    private static bool IsFunction(SyntaxNode node) => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax;

    private static CompileReply Emit(CSharpCompilation compilation, string output)
    {
        var symbols = Path.ChangeExtension(output, ".pdb");
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        EmitResult result;
        using (var assembly = File.Create(output + ".tmp"))
        using (var pdb = File.Create(symbols + ".tmp"))
            result = compilation.Emit(assembly, pdb, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        if (result.Success)
        {
            // The symbols first: an assembly under its name is complete.
            File.Move(symbols + ".tmp", symbols, overwrite: true);
            File.Move(output + ".tmp", output, overwrite: true);
            return new CompileReply(true, []);
        }

        File.Delete(output + ".tmp");
        File.Delete(symbols + ".tmp");
        return new CompileReply(false, [.. result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => Diagnostic(d.Location, d.Id, PlainWords.Of(d, compilation)))]);
    }

    private static CompileDiagnostic Diagnostic(Location location, string id, string message)
    {
        var span = location.GetLineSpan();
        return new CompileDiagnostic(span.Path, span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1, id, message);
    }

    /// <summary>The framework that this process itself runs on, which is the host's.</summary>
    private static List<PortableExecutableReference> Framework()
    {
        var folder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return [.. Directory.GetFiles(folder, "*.dll")
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll") && !name.EndsWith(".Native.dll", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))];
    }
}
