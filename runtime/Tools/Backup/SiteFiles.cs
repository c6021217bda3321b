using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Lists what belongs to a backup of a site's folder, in an order in which a copy can be restored: what a later file may be ahead of comes
/// first. Stateless; does blocking disk I/O.
/// </summary>
internal static class SiteFiles
{
    /// <summary>The folder for copies of databases outside of the site's folder.</summary>
    public const string OutsideFolder = "data/outside";

    private static readonly string[] s_leftOutFolders = ["logs", "data/recipes", "data/damaged", OutsideFolder];
    private static readonly string[] s_leftOutFiles =
        ["data/host.sock", "data/queue.db", "data/queue.db-wal", "data/queue.db-shm", "data/queue.db-journal", "data/queue.reserve",
        "data/web/users.lock"];

    // State and positions must not be ahead of the queue: what they say is done has to be in it.
    private static readonly string[] s_first = ["data/state/", "data/positions/"];

    /// <summary>The files to copy before the queue.</summary>
    public static IReadOnlyList<string> BeforeQueue(string site) => [.. Find(site).Where(IsFirst)];

    /// <summary>The files to copy after the queue: what sinks have stored has to be in their files.</summary>
    public static IReadOnlyList<string> AfterQueue(string site) => [.. Find(site).Where(f => !IsFirst(f))];

    /// <summary>The databases of sqlite sinks outside of the folder, by the name of the sink; none if site.toml has errors.</summary>
    public static IReadOnlyDictionary<string, string> Outside(string site, out bool isKnown)
    {
        var (model, _) = SiteFile.Load(site, Environment.GetEnvironmentVariable, sharedFolder: InstallPaths.Scripts);
        isKnown = model is not null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var sink in model?.Sinks ?? [])
        {
            if (sink.Sink != "sqlite" || sink.Settings.Find("path")?.Value is not TomlString { Text: { Length: > 0 } path }) continue;
            var full = Path.GetFullPath(path, site);
            if (!IsInside(full, site) && File.Exists(full)) found.Add(sink.Name, full);
        }

        return found;
    }

    /// <summary>True if a path is in the folder, or is the folder, with the links of both followed.</summary>
    public static bool IsInside(string path, string folder)
    {
        var (inner, outer) = (Resolve(path), Resolve(folder));
        return inner == outer || inner.StartsWith(outer + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    /// <summary>Returns the absolute path of a file of a backup: <c>data/…</c> is elsewhere if a service runs the site.</summary>
    /// <param name="site">Absolute path of the site's folder.</param>
    /// <param name="name">Path in the backup, with slashes.</param>
    public static string PathOf(string site, string name) => name == "data" ? SiteFolders.Data(site)
        : name.StartsWith("data/", StringComparison.Ordinal) ? Path.Combine(SiteFolders.Data(site), name["data/".Length..])
        : Path.Combine(site, name);

    private static bool IsFirst(string file) => s_first.Any(f => file.StartsWith(f, StringComparison.Ordinal));

    /// <summary>Returns the paths of all files of a backup but the queue, relative to the site, with slashes, in order.</summary>
    private static List<string> Find(string site)
    {
        var found = new List<string>();
        Add("", []);
        if (SiteFolders.IsOfService(site) && Directory.Exists(SiteFolders.Data(site))) Add("data", []);
        found.Sort(StringComparer.Ordinal);
        return found;

        void Add(string folder, HashSet<(ulong, ulong)> above)
        {
            // A link to a folder above itself would have no end.
            var facts = FileFacts.Read(PathOf(site, folder));
            if (!above.Add((facts.Device, facts.Inode))) return;
            foreach (var path in Directory.EnumerateFileSystemEntries(PathOf(site, folder)))
            {
                var name = folder.Length == 0 ? Path.GetFileName(path) : $"{folder}/{Path.GetFileName(path)}";
                var kind = FileFacts.Read(path).Kind;
                if (name == "data" && SiteFolders.IsOfService(site)) continue;
                if (kind == FileKind.Folder && !s_leftOutFolders.Contains(name)) Add(name, [.. above]);
                else if (kind is FileKind.Regular or FileKind.Inaccessible && !IsLeftOut(name, path)) found.Add(name);
            }
        }
    }

    private static bool IsLeftOut(string name, string path)
    {
        if (s_leftOutFiles.Contains(name) || name.StartsWith("data/queue.snapshot", StringComparison.Ordinal)) return true;
        if (name.EndsWith(".new", StringComparison.Ordinal) && name.StartsWith("data/", StringComparison.Ordinal)) return true;

        // The copy of a database needs no journal.
        string[] endings = ["-journal", "-wal", "-shm"];
        return endings.Any(e => name.EndsWith(e, StringComparison.Ordinal) && IsDatabase(path[..^e.Length]));
    }

    /// <summary>True if a file begins as SQLite files do.</summary>
    public static bool IsDatabase(string path)
    {
        if (FileFacts.Read(path).Kind != FileKind.Regular) return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Span<byte> head = stackalloc byte[16];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("SQLite format 3\0"u8);
    }

    private static string Resolve(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent) return full;
        var resolved = Path.Combine(Resolve(parent), Path.GetFileName(full));
        FileSystemInfo entry = Directory.Exists(resolved) ? new DirectoryInfo(resolved) : new FileInfo(resolved);
        return entry.LinkTarget is null ? resolved : entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? resolved;
    }
}
