using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler;

/// <summary>Assemblies that recipes are compiled against, read once and kept while the file stays the same.</summary>
internal sealed class References
{
    private static readonly string s_framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private readonly Dictionary<string, (DateTime Written, MetadataReference Reference)> _known = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<MetadataReference>> _bcl = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == s_framework)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>The framework that this process runs on, and these files.</summary>
    public IEnumerable<MetadataReference> For(IEnumerable<string> paths) => _bcl.Value.Concat(paths.Select(Known));

    private MetadataReference Known(string path)
    {
        var written = File.GetLastWriteTimeUtc(path);
        if (_known.TryGetValue(path, out var entry) && entry.Written == written) return entry.Reference;
        var reference = MetadataReference.CreateFromFile(path);
        _known[path] = (written, reference);
        return reference;
    }
}
