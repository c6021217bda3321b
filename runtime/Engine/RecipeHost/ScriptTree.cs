using PlantRuntime.Engine.Supervision;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.RecipeHost;

/// <summary>Classifies the result of listing a folder of recipes.</summary>
internal enum FolderState
{
    Present,
    Missing,

    /// <summary>The folder or one below it cannot be listed, so that recipes may exist which are not seen.</summary>
    Unreadable,
}

/// <summary>
/// Lists the .csx files below a folder without opening any. Each folder is listed once, however many links lead to it, and real folders
/// come before links, so that a link into its own folder adds nothing. Hidden entries are skipped, because editors own them. Read lists the
/// folder once, on the calling thread; afterwards the object is immutable. A folder in which nothing changed is not listed anew: the names
/// and facts are compared with those of the last listing, without allocating any.
/// </summary>
internal sealed class ScriptTree
{
    /// <inheritdoc cref="FileObservations.MaxEntries"/>
    public const int MaxEntries = FileObservations.MaxEntries;

    private const string Extension = ".csx";
    private readonly List<(string Path, FileFacts Facts)> _files = [];
    private readonly List<(string Path, string Reason)> _skipped = [];
    private readonly HashSet<(ulong Device, ulong Inode)> _listed = [];
    private readonly Queue<string> _links = new();

    /// <summary>Everything that may change what is listed.</summary>
    private readonly FileObservations _seen = new();
    private int _entries;

    private ScriptTree(string root)
    {
        var facts = _seen.Look(root);
        if (facts.Kind == FileKind.Folder) List(root, facts);
        else State = facts.Kind == FileKind.Missing ? FolderState.Missing : FolderState.Unreadable;
        if (State == FolderState.Unreadable && facts.Kind != FileKind.Folder) _skipped.Add((root, facts.WhyNotReadable ?? "is no folder"));
        while (_links.TryDequeue(out var link)) List(link, _seen.Look(link));
        _files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        Stamp = $"{State} {FileObservations.Hash(_files)}";
    }

    public FolderState State { get; private set; }

    /// <summary>Absolute paths of the regular files, in order.</summary>
    public IEnumerable<string> Files => _files.Select(f => f.Path);

    /// <summary>Entries that look like scripts or folders and are not read, each with the reason in words that follow its name.</summary>
    public IReadOnlyList<(string Path, string Reason)> Skipped => _skipped;

    /// <summary>Changes when a file is edited, replaced, added or removed.</summary>
    public string Stamp { get; }

    /// <summary>Lists a folder as it is now.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="last">An earlier listing of it, which is returned if it still holds.</param>
    public static ScriptTree Read(string root, ScriptTree? last = null) => last is not null && last.IsCurrent() ? last : new(root);

    /// <summary>True if a new listing would find the same. What could not be listed is listed again each time.</summary>
    private bool IsCurrent() => State != FolderState.Unreadable && _seen.AreCurrent();

    private void List(string folder, FileFacts facts)
    {
        if (!_listed.Add((facts.Device, facts.Inode)))
        {
            _skipped.Add((folder, "is a link to a folder that is read already"));
            return;
        }

        try
        {
            foreach (var name in _seen.List(folder))
            {
                if (++_entries > MaxEntries)
                {
                    Fail(folder, $"has more than {MaxEntries} entries together with the folders beside it");
                    return;
                }

                if (!name.StartsWith('.')) Add(Path.Join(folder, name));
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The folder was removed during the listing. Until the next listing shows that, recipes below it count as unknown.
            State = FolderState.Unreadable;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(folder, "may not be read by the user that runs plant");
        }
    }

    private void Add(string path)
    {
        var isScript = path.EndsWith(Extension, StringComparison.Ordinal);

        // A file that is no script is of no interest, and stays a file as long as its folder does not change.
        if (!isScript && FileFacts.Read(path).Kind == FileKind.Regular && new FileInfo(path).LinkTarget is null) return;
        var facts = _seen.Look(path);
        if (facts.Kind == FileKind.Folder && !isScript)
        {
            if (new FileInfo(path).LinkTarget is not null) _links.Enqueue(path);
            else List(path, facts);
        }
        else if (facts.Kind == FileKind.Inaccessible) Fail(path, facts.WhyNotReadable!);
        else if (!isScript) return;
        else if (facts.Kind == FileKind.Regular) _files.Add((path, facts));
        else if (facts.Kind == FileKind.Missing)
        {
            // A file that was deleted meanwhile is not reported; a link without a target is.
            if (new FileInfo(path).LinkTarget is { } target) _skipped.Add((path, $"is a link to {target}, which does not exist"));
        }
        else _skipped.Add((path, facts.WhyNotReadable!));
    }

    private void Fail(string path, string reason)
    {
        State = FolderState.Unreadable;
        _skipped.Add((path, reason));
    }
}
