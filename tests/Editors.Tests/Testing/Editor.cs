using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.MSBuild;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace PlantRuntime.Editors.Tests.Testing;

/// <summary>
/// Acts as an editor: loads a solution, completes, shows quick info, definitions and errors, with the Roslyn services that VS Code's C#
/// extension runs in its language server.
/// </summary>
public sealed class Editor
{
    private readonly Solution _solution;

    private Editor(Solution solution) => _solution = solution;

    /// <summary>Restores and opens a solution; every failure on the way fails the test.</summary>
    public static async Task<Editor> OpenAsync(string solution)
    {
        await RestoreAsync(solution);
        var workspace = MSBuildWorkspace.Create();
        var failures = new List<string>();
        using var _ = workspace.RegisterWorkspaceFailedHandler(failure => failures.Add(failure.Diagnostic.Message));
        var opened = await workspace.OpenSolutionAsync(solution);
        Assert.Empty(failures);
        return new Editor(opened);
    }

    /// <summary>Returns the completions at the end of a text in a file.</summary>
    public async Task<IReadOnlyList<string>> CompleteAsync(string file, string text)
    {
        var document = Document(file).WithText(SourceText.From(text));
        var list = await CompletionService.GetService(document)!.GetCompletionsAsync(document, text.Length);
        return [.. list.ItemsList.Select(item => item.DisplayText)];
    }

    /// <summary>Returns the errors and warnings of a file: line, column, id.</summary>
    public async Task<IReadOnlyList<string>> ErrorsAsync(string file, string? text = null)
    {
        var document = text is null ? Document(file) : Document(file).WithText(SourceText.From(text));
        var model = await document.GetSemanticModelAsync();
        var found = model!.GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning && !d.IsSuppressed);
        return [.. found.Select(d => (Start: d.Location.GetLineSpan().StartLinePosition, d.Id))
            .Select(d => $"{d.Start.Line + 1},{d.Start.Character + 1}: {d.Id}")];
    }

    /// <summary>Returns the quick info at the end of the first occurrence of a text.</summary>
    public async Task<string> HoverAsync(string file, string words)
    {
        var document = Document(file);
        var shown = await QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, await EndOfAsync(document, words));
        return string.Join('\n', shown?.Sections.Select(section => section.Text) ?? []);
    }

    /// <summary>Returns the definition of the symbol that ends there: the file, and the text of its line.</summary>
    public async Task<(string File, string Line)> DefinitionAsync(string file, string words)
    {
        var document = Document(file);
        var symbol = await SymbolFinder.FindSymbolAtPositionAsync(document, await EndOfAsync(document, words));
        var place = symbol!.Locations[0];
        var text = await place.SourceTree!.GetTextAsync();
        return (place.SourceTree.FilePath, text.Lines.GetLineFromPosition(place.SourceSpan.Start).ToString().Trim());
    }

    /// <summary>Returns an editor with the current files on the disk.</summary>
    public Editor WithFilesAsTheyAre()
    {
        var documents = _solution.Projects.SelectMany(p => p.Documents);
        return new Editor(documents.Aggregate(
            _solution, (solution, d) => solution.WithDocumentText(d.Id, SourceText.From(File.ReadAllText(d.FilePath!)))));
    }

    private Document Document(string file) => _solution.Projects.SelectMany(p => p.Documents).Single(d => d.FilePath == file);

    private static async Task<int> EndOfAsync(Document document, string words) =>
        (await document.GetTextAsync()).ToString().IndexOf(words, StringComparison.Ordinal) + words.Length - 1;

    /// <summary>Restores with an unreachable package source: a laptop beside a machine has no network.</summary>
    private static async Task RestoreAsync(string solution)
    {
        string[] arguments = ["restore", solution, "-v", "q", "-nodeReuse:false", "--source", "https://127.0.0.1:9/v3/index.json"];
        using var restore = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = await restore.StandardOutput.ReadToEndAsync();
        await restore.WaitForExitAsync();
        Assert.True(restore.ExitCode == 0, output);
    }
}
