using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>Describes a compiled recipe; it is the content of <c>key.json</c>. Immutable.</summary>
/// <param name="AssemblyHash">SHA-256 of the dll, in hex.</param>
/// <param name="SymbolsHash">SHA-256 of the pdb, in hex.</param>
/// <param name="Diagnostics">Warnings, which are shown again at each start.</param>
internal sealed record CacheEntry(string AssemblyHash, string SymbolsHash, IReadOnlyList<CompilerDiagnostic> Diagnostics);

/// <summary>Serializes cache entries with generated code.</summary>
[JsonSerializable(typeof(CacheEntry))]
internal sealed partial class CacheJson : JsonSerializerContext;

/// <summary>
/// Keeps compiled recipes in a folder, by a key of their content. An entry is <c>key.dll</c>, <c>key.pdb</c> and, written last,
/// <c>key.json</c> with their hashes, so that damaged or half-written files do not count as an entry. Owned by one RecipeCompiler, which
/// calls it under its lock; blocking file I/O.
/// </summary>
internal sealed class RecipeCache(string folder, TimeProvider time)
{
    /// <summary>Extension of an empty file beside an entry: the recipe has passed its dry run.</summary>
    public const string DryRunExtension = ".dryrun-ok";

    /// <summary>Most entries; enough for all recipes of a site and for edits of many of them.</summary>
    public const int Kept = 512;

    /// <summary>Returns the compiler's reply for this content; null when there is no entry or it is damaged.</summary>
    public CompilerReply? Find(string key)
    {
        try
        {
            var (assembly, symbols, manifest) = Paths(key);
            if (JsonSerializer.Deserialize(File.ReadAllBytes(manifest), CacheJson.Default.CacheEntry) is not { } entry) return null;
            if (Hash(assembly) != entry.AssemblyHash || Hash(symbols) != entry.SymbolsHash) return null;
            File.SetLastWriteTimeUtc(manifest, time.GetUtcNow().UtcDateTime);
            return new CompilerReply(0, assembly, symbols, entry.Diagnostics, []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Returns a new path without extension that the compiler may write to.</summary>
    public string NewOutput()
    {
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, $"new-{Guid.NewGuid():N}");
    }

    /// <summary>Adds the files that the compiler wrote as an entry, and deletes the oldest entries above the limit.</summary>
    public CompilerReply Add(string key, CompilerReply reply)
    {
        var (assembly, symbols, manifest) = Paths(key);
        var entry = new CacheEntry(Hash(reply.Assembly!), Hash(reply.Symbols!), reply.Diagnostics);
        var newManifest = Path.ChangeExtension(reply.Assembly!, ".json");
        File.WriteAllBytes(newManifest, JsonSerializer.SerializeToUtf8Bytes(entry, CacheJson.Default.CacheEntry));
        File.SetLastWriteTimeUtc(newManifest, time.GetUtcNow().UtcDateTime);
        File.Move(reply.Assembly!, assembly, overwrite: true);
        File.Move(reply.Symbols!, symbols, overwrite: true);
        File.Move(newManifest, manifest, overwrite: true);
        Prune();
        return reply with { Assembly = assembly, Symbols = symbols };
    }

    /// <summary>Deletes the files of a compilation that was not added, or of an entry.</summary>
    public static void Discard(string output)
    {
        File.Delete(output + ".dll");
        File.Delete(output + ".pdb");
        File.Delete(output + DryRunExtension);
    }

    private (string Assembly, string Symbols, string Manifest) Paths(string key)
    {
        var path = Path.Combine(folder, key);
        return (path + ".dll", path + ".pdb", path + ".json");
    }

    private void Prune()
    {
        var old = new DirectoryInfo(folder).EnumerateFiles("*.json").OrderByDescending(f => f.LastWriteTimeUtc).Skip(Kept);
        foreach (var manifest in old)
        {
            manifest.Delete();
            Discard(Path.ChangeExtension(manifest.FullName, null));
        }
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
