using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Describes the state of the files below a folder by their paths and facts (see <see cref="FileFacts"/>), so that a file that was replaced
/// by one of equal length and time counts as changed. Opens no file, never throws for files that vanish, and allocates nothing while
/// nothing changes. Links to folders are followed, and each folder is listed once. Hidden files are skipped, because editors and copying
/// programs create them while they write. Owned by one poller; not thread-safe.
/// </summary>
internal sealed class FolderStamp(string folder)
{
    private FileObservations? _seen;
    private string _last = "";

    /// <summary>The stamp of all files below the folder as they are now; empty when there is no such folder or no file in it.</summary>
    public string Read()
    {
        if (_seen is not null && _seen.AreCurrent()) return _last;
        var listing = new Listing();
        _seen = null;
        try
        {
            listing.Add(folder);
        }
        catch (IOException)
        {
            // A file vanished during the poll. A unique stamp counts as one more change.
            return Guid.NewGuid().ToString();
        }

        (_seen, _last) = (listing.Seen, listing.Stamp);
        return _last;
    }

    private sealed class Listing
    {
        private readonly List<(string Path, FileFacts Facts)> _files = [];
        private readonly HashSet<(ulong Device, ulong Inode)> _folders = [];
        private int _entries;

        public FileObservations Seen { get; } = new();

        public string Stamp
        {
            get
            {
                if (_files.Count == 0) return "";
                _files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
                return FileObservations.Hash(_files);
            }
        }

        public void Add(string path)
        {
            var facts = Seen.Look(path);
            if (facts.Kind == FileKind.Folder) AddFolder(path, facts);
            else if (facts.Kind != FileKind.Missing) _files.Add((path, facts));
        }

        private void AddFolder(string path, FileFacts facts)
        {
            if (!_folders.Add((facts.Device, facts.Inode))) return;
            try
            {
                foreach (var name in Seen.List(path))
                {
                    if (++_entries > FileObservations.MaxEntries) return;
                    if (!name.StartsWith('.')) Add(Path.Join(path, name));
                }
            }
            catch (UnauthorizedAccessException)
            {
                // Files of a folder that may not be listed cannot be loaded either; a change of its rights changes its facts.
            }
        }
    }
}
