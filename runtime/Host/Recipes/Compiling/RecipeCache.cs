using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PlantRuntime.Compiler;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>Compiled recipes on disk, named by a hash of everything that goes into them: a restart compiles nothing.</summary>
internal sealed partial class RecipeCache(string folder, IReadOnlyList<string> references)
{
    private const int Kept = 64;
    private readonly string _tools = string.Join('\n', references.Select(path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))));

    /// <summary>Where the assembly of this source is or will be.</summary>
    /// <exception cref="IOException">The recipe cannot be read.</exception>
    public string PathOf(RecipeSource source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, _tools);
        Add(hash, source.Generated);
        Add(hash, string.Join('\n', source.Imports));
        AddFile(hash, source.Path, source.SearchFolders, []);
        var name = Path.GetFileNameWithoutExtension(source.File);
        return Path.Combine(folder, $"{name}-{Convert.ToHexString(hash.GetHashAndReset())[..20].ToLowerInvariant()}.dll");
    }

    /// <summary>True when a whole assembly lies at <paramref name="path"/>; a damaged one is compiled anew.</summary>
    public static bool Has(string path)
    {
        if (!File.Exists(path) || !File.Exists(Path.ChangeExtension(path, ".pdb"))) return false;
        try
        {
            using var file = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(path));
            var end = file.PEHeaders.SectionHeaders.Max(s => (long)s.PointerToRawData + s.SizeOfRawData);
            return file.HasMetadata && new FileInfo(path).Length >= end;
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Removes the oldest entries beyond a number that lets an engineer go back and forth.</summary>
    public void Prune()
    {
        foreach (var old in new DirectoryInfo(folder).GetFiles("*.dll").OrderByDescending(f => f.LastWriteTimeUtc).Skip(Kept))
        {
            old.Delete();
            File.Delete(Path.ChangeExtension(old.FullName, ".pdb"));
        }
    }

    private static void AddFile(IncrementalHash hash, string path, IReadOnlyList<string> searchFolders, HashSet<string> seen)
    {
        if (!seen.Add(path)) return;
        var text = File.ReadAllText(path);

        // The path goes in too: it stands in the symbols, by which errors at run time name their line.
        Add(hash, path);
        Add(hash, text);
        foreach (Match match in Load().Matches(text))
        {
            if (LoadPath.Find(match.Groups[1].Value, path, searchFolders) is { } loaded) AddFile(hash, loaded, searchFolders, seen);
            else Add(hash, "missing");
        }
    }

    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }

    [GeneratedRegex("""^\s*#\s*load\s+"([^"]+)""", RegexOptions.Multiline)]
    private static partial Regex Load();
}
