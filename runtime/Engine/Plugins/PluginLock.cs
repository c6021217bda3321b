using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Sites.Text;
using PlantRuntime.Storage;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Compares plugin folders with <c>plugins.lock</c> beside site.toml, which has one line for each folder: <c>site/acme sha256:…</c> for one
/// in the site's <c>plugins</c>, <c>host/S7 sha256:…</c> for one beside the program. Owned by one PluginCatalog, which verifies the copy of
/// a folder before any of its code runs; blocking file I/O. Reads the file again at each call.
/// </summary>
/// <param name="siteFolder">Absolute path of the site's folder.</param>
internal sealed class PluginLock(string siteFolder)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "plugins.lock";

    private const string Algorithm = "sha256:";
    private const int MostBytes = 1 << 20;
    private readonly string _path = Path.Combine(siteFolder, FileName);
    private string _stamp = FileFacts.Stamp([Path.Combine(siteFolder, FileName)]);

    /// <summary>Returns true once after the file was changed.</summary>
    public bool HasChanged()
    {
        var stamp = FileFacts.Stamp([_path]);
        var isChanged = stamp != _stamp;
        _stamp = stamp;
        return isChanged;
    }

    /// <summary>Verifies the content of a plugin folder.</summary>
    /// <param name="folder">The folder, which has the name.</param>
    /// <param name="copy">A copy of it, which has the content.</param>
    /// <exception cref="PluginException">The file does not name the folder, or names another content.</exception>
    public void Verify(string folder, string copy)
    {
        var name = NameOf(folder);
        var next = $"plant plugins lock {siteFolder} accepts what is installed";
        if (!File.Exists(_path)) throw new PluginException($"require_lock is true and there is no {_path}; {next}");
        if (!Read().TryGetValue(name, out var expected)) throw new PluginException($"{name} is not in {FileName}; {next}");
        if (Hash(copy) is var found && found != expected)
            throw new PluginException($"{name} is not the one in {FileName}: expected {expected[..19]}…, found {found[..19]}…; {next}");
    }

    /// <summary>Replaces the file by one that names these folders with their present content.</summary>
    /// <returns>The names that were added, changed or removed, with that word.</returns>
    /// <exception cref="IOException">A folder cannot be read, or the file cannot be written.</exception>
    public IReadOnlyList<string> Write(IEnumerable<string> folders)
    {
        var before = File.Exists(_path) ? Read() : [];
        var now = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders) now[NameOf(folder)] = Hash(folder);
        var text = new StringBuilder("# Written by plant plugins lock: the SHA-256 of each plugin folder (docs/security.md)\n");
        foreach (var (name, hash) in now) text.Append(name).Append(' ').Append(hash).Append('\n');
        AtomicFile.Write(_path, Encoding.UTF8.GetBytes(text.ToString()), siteFolder);
        return
        [
            .. now.Where(n => !before.ContainsKey(n.Key)).Select(n => $"added {n.Key}"),
            .. now.Where(n => before.TryGetValue(n.Key, out var old) && old != n.Value).Select(n => $"changed {n.Key}"),
            .. before.Keys.Where(n => !now.ContainsKey(n)).Select(n => $"removed {n}"),
        ];
    }

    /// <summary>
    /// Returns the hash of a folder: SHA-256 over the path and the SHA-256 of each file, sorted by path. Paths are relative, with slashes;
    /// links are followed; times and rights do not count.
    /// </summary>
    public static string Hash(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => (Path: f, Name: Path.GetRelativePath(folder, f).Replace('\\', '/'))).OrderBy(f => f.Name, StringComparer.Ordinal);
        foreach (var (path, name) in files)
        {
            // A name cannot contain the NUL that ends it, and the hash behind it has a fixed length.
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
            using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            hash.AppendData(SHA256.HashData(content));
        }

        return Algorithm + Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string NameOf(string folder) =>
        (Path.GetDirectoryName(folder) == Path.Combine(siteFolder, "plugins") ? "site/" : "host/") + Path.GetFileName(folder);

    private Dictionary<string, string> Read()
    {
        var bytes = BoundedFile.Read(_path, MostBytes, out var problem) ?? throw new PluginException($"{_path} {problem}");
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;

            // A folder's name can have spaces; the hash has none.
            var space = line.LastIndexOf(' ');
            var hash = line[(space + 1)..];
            var isValid = space > 0 && hash.Length == Algorithm.Length + 64 && hash.StartsWith(Algorithm, StringComparison.Ordinal);
            if (!isValid || !found.TryAdd(line[..space].Trim(), hash))
                throw new PluginException($"{_path}({i + 1}): expected NAME sha256:HASH, each name once");
        }

        return found;
    }
}
