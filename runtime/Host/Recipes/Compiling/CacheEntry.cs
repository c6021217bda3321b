using PlantRuntime.Compiler.Protocol;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>What <c>key.json</c> says of a compiled recipe.</summary>
/// <param name="AssemblyHash">SHA-256 of the dll, in hex.</param>
/// <param name="SymbolsHash">SHA-256 of the pdb, in hex.</param>
/// <param name="Diagnostics">Warnings, to be shown again at each start.</param>
internal sealed record CacheEntry(string AssemblyHash, string SymbolsHash, IReadOnlyList<CompileDiagnostic> Diagnostics);
