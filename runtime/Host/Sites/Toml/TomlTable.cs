namespace PlantRuntime.Host.Sites;

/// <summary>Keys and values in the order of the file.</summary>
/// <param name="at">Where it begins.</param>
/// <param name="origin">How it came about.</param>
internal sealed class TomlTable(Position at, TomlOrigin origin = TomlOrigin.Header) : TomlValue(at)
{
    // Most tables are this small: looking through them costs less than a hash table each.
    private const int Small = 8;

    private readonly List<TomlEntry> _entries = [];
    private Dictionary<string, TomlEntry>? _byKey;

    /// <summary>The entries, in the order of the file.</summary>
    public IReadOnlyList<TomlEntry> Entries => _entries;

    /// <summary>How it came about.</summary>
    public TomlOrigin Origin { get; private set; } = origin;

    /// <summary>True when a line of it could not be read: what it lacks may be what was lost.</summary>
    public bool IsIncomplete { get; set; }

    /// <inheritdoc/>
    public override string Kind => "a table";

    /// <summary>The entry of a key, or null.</summary>
    public TomlEntry? Find(string key) => _byKey is not null ? _byKey.GetValueOrDefault(key) : _entries.Find(entry => entry.Key == key);

    /// <summary>Adds an entry whose key is new.</summary>
    public void Add(TomlEntry entry)
    {
        _entries.Add(entry);
        if (_entries.Count > Small) _byKey ??= _entries.SkipLast(1).ToDictionary(e => e.Key);
        _byKey?.Add(entry.Key, entry);
    }

    /// <summary>A table that was only named on the way gets its own header.</summary>
    public void GiveHeader(Position at)
    {
        At = at;
        Origin = TomlOrigin.Header;
    }

    /// <summary>A table at the same place with these entries instead.</summary>
    public TomlTable With(IEnumerable<TomlEntry> entries)
    {
        var copy = new TomlTable(At, Origin) { IsIncomplete = IsIncomplete };
        foreach (var entry in entries) copy.Add(entry);
        return copy;
    }
}
