using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler;

/// <summary>
/// Keeps the assemblies that recipes are compiled against in memory until their files change. Belongs to <see cref="RecipeCompilation"/>;
/// not thread-safe. Reads files, never writes.
/// </summary>
internal sealed class ReferenceCache
{
    private static readonly string s_framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private readonly Dictionary<string, (DateTime Written, MetadataReference Reference)> _known = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<MetadataReference>> _bcl = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == s_framework)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Returns the framework of this process and these files.</summary>
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
