using Microsoft.CodeAnalysis;
using PlantRuntime.Compiler.Protocol;

namespace PlantRuntime.Compiler.Loading;

/// <summary>
/// A recipe and everything it loads, each file once, in the order in which their top levels run: what is loaded stands before what loads
/// it.
/// </summary>
/// <param name="Trees">Syntax trees without their <c>#load</c> lines; the recipe's own is the last.</param>
/// <param name="Files">The files as they were read.</param>
/// <param name="Diagnostics">What is wrong with the loading.</param>
internal sealed record LoadedScripts(
    IReadOnlyList<SyntaxTree> Trees, IReadOnlyList<SourceFile> Files, IReadOnlyList<Diagnostic> Diagnostics);
