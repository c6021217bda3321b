namespace PlantRuntime.Compiler.Protocol;

/// <summary>One line of JSON from the compiler.</summary>
/// <param name="Id">That of the request.</param>
/// <param name="Assembly">The written <c>.dll</c>; null when there is an error.</param>
/// <param name="Symbols">The written <c>.pdb</c>; null when there is an error.</param>
/// <param name="Diagnostics">Errors and warnings, by file and place.</param>
/// <param name="Files">The recipe and every file it loads, as they were read.</param>
/// <param name="Declarations">What the loaded scripts declare, as C# for editors, where that was asked for.</param>
internal sealed record CompileReply(
    int Id, string? Assembly, string? Symbols, IReadOnlyList<CompileDiagnostic> Diagnostics, IReadOnlyList<SourceFile> Files,
    string? Declarations = null);
