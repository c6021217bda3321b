namespace PlantRuntime.Sites.Toml;

/// <summary>One part of a dotted key.</summary>
/// <param name="Text">The part, quotes and escapes resolved.</param>
/// <param name="At">Its first character.</param>
internal readonly record struct TomlKey(string Text, SourceLocation At);

/// <summary>A key and its value.</summary>
/// <param name="Key">The key, quotes and escapes resolved.</param>
/// <param name="KeyAt">Its first character.</param>
/// <param name="Value">The value.</param>
internal sealed record TomlEntry(string Key, SourceLocation KeyAt, TomlValue Value);

/// <summary>The syntax that created a table, which decides whether it can be extended (TOML 1.1, "Table" and "Inline Table").</summary>
internal enum TomlOrigin
{
    /// <summary>Named only as a part of another header: its own header may still follow.</summary>
    Implicit,

    /// <summary>Created by its own header, or the document itself.</summary>
    Header,

    /// <summary>Created by a dotted key: only dotted keys of the same header add to it, and headers below it.</summary>
    Dotted,

    /// <summary>Created in braces: it cannot be extended.</summary>
    Inline,
}

/// <summary>
/// A table of a TOML document: its keys and values in the order of the file. Mutable while <see cref="TomlReader"/> builds it; afterwards
/// only read.
/// </summary>
/// <param name="at">Its first character.</param>
/// <param name="origin">The syntax that created it.</param>
internal sealed class TomlTable(SourceLocation at, TomlOrigin origin = TomlOrigin.Header) : TomlValue(at)
{
    // Most tables are this small: a linear search costs less memory than one hash table each.
    private const int Small = 8;

    private readonly List<TomlEntry> _entries = [];
    private Dictionary<string, TomlEntry>? _byKey;

    /// <summary>The entries, in the order of the file.</summary>
    public IReadOnlyList<TomlEntry> Entries => _entries;

    /// <summary>The syntax that created it.</summary>
    public TomlOrigin Origin { get; private set; } = origin;

    /// <summary>True when one of its lines could not be read, so that a missing key may have been in that line.</summary>
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

    /// <summary>Gives an implicit table its own header.</summary>
    public void GiveHeader(SourceLocation at)
    {
        At = at;
        Origin = TomlOrigin.Header;
    }

    /// <summary>A table at the same location with other entries.</summary>
    public TomlTable With(IEnumerable<TomlEntry> entries)
    {
        var copy = new TomlTable(At, Origin) { IsIncomplete = IsIncomplete };
        foreach (var entry in entries) copy.Add(entry);
        return copy;
    }
}
