namespace PlantRuntime.Host.Sites.Toml;

/// <summary>A table: keys in the order in which they were written, each with its own place.</summary>
internal sealed class TomlTable(Position at, TomlTableOrigin origin) : TomlNode(at)
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<TomlEntry> _entries = [];

    public IReadOnlyList<TomlEntry> Entries => _entries;

    /// <summary>How it came to be, which decides whether it may be added to.</summary>
    public TomlTableOrigin Origin { get; set; } = origin;

    public override string Kind => "a table";

    public TomlEntry? Find(string key) => _places.TryGetValue(key, out var place) ? _entries[place] : null;

    /// <summary>Adds a key that is not there yet.</summary>
    public void Add(string key, Position keyAt, TomlNode value)
    {
        _places.Add(key, _entries.Count);
        _entries.Add(new TomlEntry(key, keyAt, value));
    }

    /// <summary>The same table without some keys.</summary>
    public TomlTable Without(IReadOnlyCollection<string> keys)
    {
        var rest = new TomlTable(At, Origin);
        foreach (var entry in _entries.Where(e => !keys.Contains(e.Key))) rest.Add(entry.Key, entry.KeyAt, entry.Value);
        return rest;
    }
}
