using System.Text;
using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler;

/// <summary>Opens what <c>#load</c> names; <paramref name="texts"/> stand in for files.</summary>
internal sealed class ScriptResolver(IReadOnlyList<string> searchFolders, IReadOnlyDictionary<string, string> texts) : SourceReferenceResolver
{
    public override string? NormalizePath(string path, string? baseFilePath) => path;

    public override string? ResolveReference(string path, string? baseFilePath) =>
        texts.ContainsKey(path) ? path : LoadPath.Find(path, baseFilePath, searchFolders);

    public override Stream OpenRead(string resolvedPath) =>
        texts.TryGetValue(resolvedPath, out var text) ? new MemoryStream(Encoding.UTF8.GetBytes(text)) : File.OpenRead(resolvedPath);

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => 0;
}
