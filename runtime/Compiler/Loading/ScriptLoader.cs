using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PlantRuntime.Compiler.Messages;
using PlantRuntime.Compiler.Rules;

namespace PlantRuntime.Compiler.Loading;

/// <summary>
/// Reads a recipe and follows its <c>#load</c> lines. Roslyn can follow them too, but does not allow the replacement of trees that it
/// loaded, and the compiler replaces every tree by its instrumented form. One object for each
/// <see cref="Load(string, string, IReadOnlyList{string})"/>; reads files, never writes.
/// </summary>
internal sealed class ScriptLoader(string siteFolder, IReadOnlyList<string> scriptFolders)
{
    private static readonly CSharpParseOptions s_script =
        CSharpParseOptions.Default.WithKind(SourceCodeKind.Script).WithLanguageVersion(LanguageVersion.Latest);
    private readonly List<SyntaxTree> _trees = [];
    private readonly List<SourceFile> _files = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <exception cref="IOException">The recipe or a file it loads cannot be read.</exception>
    public static LoadedScripts Load(string recipe, string siteFolder, IReadOnlyList<string> scriptFolders)
    {
        var loader = new ScriptLoader(siteFolder, scriptFolders);
        loader.Load(Path.GetFullPath(recipe, siteFolder));
        return new LoadedScripts(loader._trees, loader._files, loader._diagnostics);
    }

    private void Load(string path)
    {
        if (!_seen.Add(path)) return;
        var bytes = File.ReadAllBytes(path);
        _files.Add(new SourceFile(path, Convert.ToHexString(SHA256.HashData(bytes))));
        var text = SourceText.From(bytes, bytes.Length, Encoding.UTF8);
        var tree = CSharpSyntaxTree.ParseText(text, s_script, path);
        var root = (CompilationUnitSyntax)tree.GetRoot();
        var references = root.GetReferenceDirectives();
        var loads = root.GetLoadDirectives();
        foreach (var reference in references) _diagnostics.Add(RecipeRules.Reference.CreateDiagnostic(reference.GetLocation()));
        foreach (var load in loads) Follow(load, path);
        if (loads.Count + references.Count > 0)
            tree = tree.WithChangedText(Blank(text, loads.Select(l => l.Span).Concat(references.Select(r => r.Span))));
        _trees.Add(tree);
    }

    private void Follow(LoadDirectiveTriviaSyntax load, string path)
    {
        var name = load.File.ValueText;
        if (load.File.IsMissing || name.Length == 0) return;
        if (LoadPath.Find(name, path, siteFolder, scriptFolders) is { } found)
        {
            Load(found);
            return;
        }

        var folders = LoadPath.Folders(path, siteFolder, scriptFolders);
        var scripts = folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.csx"));
        var near = NearestName.Find(name, scripts.Select(Path.GetFileName)!);
        var hint = near is null ? "" : $": did you mean '{near}'?";
        _diagnostics.Add(RecipeRules.NoSuchScript.CreateDiagnostic(load.File.GetLocation(), name,
            string.Join(", ", folders.Select(DisplayPath)), hint));
    }

    private string DisplayPath(string folder) => Path.GetRelativePath(siteFolder, folder) is var relative && relative == "."
        ? "the site's folder"
        : relative.StartsWith("..", StringComparison.Ordinal) ? folder : relative.Replace('\\', '/') + "/";

    /// <summary>Replaces the lines by blanks, so that no position after them moves.</summary>
    private static SourceText Blank(SourceText text, IEnumerable<TextSpan> spans) =>
        text.WithChanges(spans.Order().Select(span => new TextChange(span, new string(' ', span.Length))));
}

/// <summary>
/// A recipe and every file it loads, each once, in the order in which their top levels run: a loaded file is before the file that loads it.
/// </summary>
/// <param name="Trees">Syntax trees without their <c>#load</c> lines; the recipe is the last.</param>
/// <param name="Files">The files with the content that was read.</param>
/// <param name="Diagnostics">Errors in <c>#load</c> and <c>#r</c> lines.</param>
internal sealed record LoadedScripts(
    IReadOnlyList<SyntaxTree> Trees, IReadOnlyList<SourceFile> Files, IReadOnlyList<Diagnostic> Diagnostics);
