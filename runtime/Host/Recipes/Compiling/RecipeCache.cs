using System.Security.Cryptography;
using System.Text.Json;
using PlantRuntime.Compiler.Protocol;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>
/// Compiled recipes in a folder, by content. An entry is <c>key.dll</c>, <c>key.pdb</c> and, written last, <c>key.json</c> with their
/// hashes: what is damaged or half written is no entry.
/// </summary>
internal sealed class RecipeCache(string folder, TimeProvider time)
{
    /// <summary>Of an empty file beside an entry: the recipe has passed its trial.</summary>
    public const string TriedExtension = ".tried";

    /// <summary>Most entries: enough for all recipes of a site and for edits of many of them.</summary>
    public const int Kept = 512;

    /// <summary>The compiler's reply for this content; null when there is none or it is damaged.</summary>
    public CompileReply? Find(string key)
    {
        try
        {
            var (assembly, symbols, manifest) = Paths(key);
            if (JsonSerializer.Deserialize(File.ReadAllBytes(manifest), CacheJson.Default.CacheEntry) is not { } entry) return null;
            if (Hash(assembly) != entry.AssemblyHash || Hash(symbols) != entry.SymbolsHash) return null;
            File.SetLastWriteTimeUtc(manifest, time.GetUtcNow().UtcDateTime);
            return new CompileReply(0, assembly, symbols, entry.Diagnostics, []);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the compiler may write: a path without extension that nobody else uses.</summary>
    public string NewOutput()
    {
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, $"new-{Guid.NewGuid():N}");
    }

    /// <summary>Makes what the compiler wrote an entry.</summary>
    public CompileReply Add(string key, CompileReply reply)
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

    /// <summary>Deletes what a compilation left that became no entry.</summary>
    public static void Discard(string output)
    {
        File.Delete(output + ".dll");
        File.Delete(output + ".pdb");
        File.Delete(output + TriedExtension);
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
