using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Remembers the facts of paths and the names in folders, and compares them with the file system later without allocating, so that a folder
/// in which nothing changed is not listed anew at each poll. Opens no file. Filled and compared by one poller; not thread-safe.
/// </summary>
internal sealed class FileObservations
{
    /// <summary>
    /// Most entries that are listed below a folder. 20 000: a site or a plugin has a few hundred; a link to a large foreign tree must not
    /// stop the poll loop.
    /// </summary>
    public const int MaxEntries = 20_000;

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
    private readonly List<(string Path, FileFacts Facts)> _facts = [];
    private readonly List<(string Path, List<string> Names)> _folders = [];

    /// <summary>Reads the facts of a path and remembers them.</summary>
    public FileFacts Look(string path)
    {
        var facts = FileFacts.Read(path);
        _facts.Add((path, facts));
        return facts;
    }

    /// <summary>Lists the names in a folder, in the order of the file system, and remembers them.</summary>
    /// <exception cref="IOException">The folder vanished.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be listed.</exception>
    public IEnumerable<string> List(string folder)
    {
        var names = new List<string>();
        _folders.Add((folder, names));
        var entries = new FileSystemEnumerable<string>(
            folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), s_everything);
        foreach (var name in entries)
        {
            names.Add(name);
            yield return name;
        }
    }

    /// <summary>
    /// True if a new look would find the same. The names are compared too, because a file that is added within the tick of the folder's
    /// clock in which the folder was listed does not change the facts of the folder.
    /// </summary>
    public bool AreCurrent()
    {
        foreach (var (path, facts) in _facts)
        {
            if (FileFacts.Read(path) != facts) return false;
        }

        foreach (var (folder, names) in _folders)
        {
            if (!HasNames(folder, names)) return false;
        }

        return true;
    }

    /// <summary>A hash of files and their facts, which changes when one is edited, replaced, added or removed.</summary>
    public static string Hash(List<(string Path, FileFacts Facts)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<long> numbers = stackalloc long[5];
        foreach (var (path, facts) in files)
        {
            hash.AppendData(MemoryMarshal.AsBytes(path.AsSpan()));
            (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]) =
                (facts.Length, (long)facts.Device, (long)facts.Inode, facts.Modified, facts.Changed);
            hash.AppendData(MemoryMarshal.AsBytes(numbers));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static bool HasNames(string folder, List<string> names)
    {
        try
        {
            var i = 0;
            var areSame = new FileSystemEnumerable<bool>(
                folder, (ref FileSystemEntry entry) => i < names.Count && entry.FileName.SequenceEqual(names[i++]), s_everything);
            return areSame.All(isSame => isSame) && i == names.Count;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
