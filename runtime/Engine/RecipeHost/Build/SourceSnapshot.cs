using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Identifies the content of a recipe at one moment by the hash of every file that it may load. Immutable; Read opens the files.
/// </summary>
/// <param name="Key">SHA-256 in hex over everything that determines the compiled recipe.</param>
/// <param name="Meaning">
/// SHA-256 in hex over everything that determines the recipe's plan, whatever the site's folder is: it also changes with a tag that the
/// recipe does not name, of a device that it names.
/// </param>
/// <param name="Hashes">Hash by absolute path of the recipe and what it loads.</param>
/// <param name="Generated">The C# from site.toml that the recipe can use.</param>
internal sealed partial record SourceSnapshot(string Key, string Meaning, IReadOnlyDictionary<string, string> Hashes, string Generated)
{
    /// <summary>Largest script that is read: 4 MiB, far above any script, so that a wrong file is not read into memory.</summary>
    public const int MaxBytes = 4 << 20;

    /// <exception cref="IOException">The recipe, or a script that it loads, cannot be read or is no regular file.</exception>
    public static SourceSnapshot Read(RecipeSource source, IEnumerable<string> toolFiles)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var words = new HashSet<string>(StringComparer.Ordinal);
        var hasOnlyWords = Follow(Path.GetFullPath(source.File, source.SiteFolder), source, hashes, words);
        var generated = source.Generated(hasOnlyWords ? words : null);
        var text = new StringBuilder();
        Write("recipe", source.File);
        foreach (var (path, hash) in hashes) Write(Path.GetRelativePath(source.SiteFolder, path), hash);
        foreach (var import in source.Imports) Write("import", import);
        foreach (var file in toolFiles) Write("tool", Mvid.Read(file));
        Write("runtime", Environment.Version.ToString());
        var common = text.ToString();
        foreach (var (name, hash) in source.Members.Where(m => !hasOnlyWords || words.Contains(m.Name))) Write(name, hash);
        var meaning = Hash(Encoding.UTF8.GetBytes(text.ToString()));
        var key = Hash(Encoding.UTF8.GetBytes($"{source.SiteFolder}\n{SiteCodeGenerator.Hash(generated)}\n{common}"));
        return new SourceSnapshot(key, meaning, hashes, generated);

        // The lengths make the text unambiguous: no two contents give the same text.
        void Write(string name, string value) => text.Append($"{name.Length}:{name}={value.Length}:{value}\n");
    }

    /// <summary>True when the compiler read the same content.</summary>
    public bool Matches(IReadOnlyList<CompiledFile> files) => files.All(file => Hashes.GetValueOrDefault(file.Path) == file.Hash);

    /// <summary>Adds a file and those that it loads.</summary>
    /// <returns>False if C# may read other names in them than the words: names can have escapes and hidden characters.</returns>
    private static bool Follow(string path, RecipeSource source, SortedDictionary<string, string> hashes, HashSet<string> words)
    {
        var bytes = BoundedFile.Read(path, MaxBytes, out var problem)
            ?? throw new IOException($"{Path.GetRelativePath(source.SiteFolder, path)} {problem}");
        if (!hashes.TryAdd(path, Hash(bytes))) return true;
        var text = Encoding.UTF8.GetString(bytes);
        var hasOnlyWords = !HiddenName().IsMatch(text.TrimStart('\uFEFF'));
        foreach (var word in Word().EnumerateMatches(text)) words.Add(text.Substring(word.Index, word.Length));
        foreach (Match load in LoadLine().Matches(text))
        {
            if (ScriptPaths.Find(load.Groups[1].Value, path, source.SiteFolder, source.ScriptFolders) is { } found)
                hasOnlyWords &= Follow(found, source, hashes, words);
        }

        return hasOnlyWords;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    /// <summary>
    /// Matches a <c>#load</c> line, also within a comment: then an edit of that file compiles the recipe again without need.
    /// </summary>
    [GeneratedRegex("""^[ \t\uFEFF]*#[ \t]*load[ \t]+"([^"\r\n]+)["]""", RegexOptions.Multiline)]
    private static partial Regex LoadLine();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    /// <summary>Matches what C# removes from names or replaces in them: format characters (ECMA-334, 6.4.3) and Unicode escapes.</summary>
    [GeneratedRegex(@"\p{Cf}|\\[uU]")]
    private static partial Regex HiddenName();
}
