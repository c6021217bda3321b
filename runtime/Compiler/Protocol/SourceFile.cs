namespace PlantRuntime.Compiler.Protocol;

/// <summary>A file that went into a compilation.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Hash">SHA-256 of its bytes, in hex.</param>
internal sealed record SourceFile(string Path, string Hash);
