namespace PlantRuntime.Sites.Toml;

/// <summary>
/// Adds keys and tables to a document and reports those that TOML forbids (TOML 1.1, "Table", "Inline Table", "Array of Tables"). Belongs
/// to one <see cref="TomlReader"/>.
/// </summary>
internal sealed class TomlDefinitions(TomlTokens tokens)
{
    /// <summary>Puts a value under a dotted key of <paramref name="table"/>, or reports why it cannot be.</summary>
    public void Assign(TomlTable table, List<TomlKey> keys, TomlValue value)
    {
        foreach (var key in keys[..^1])
        {
            switch (table.Find(key.Text))
            {
                case null:
                    table = Add(table, key, new TomlTable(key.At, TomlOrigin.Dotted));
                    break;
                case { Value: TomlTable { Origin: TomlOrigin.Dotted } below }:
                    table = below;
                    break;
                case var entry:
                    Closed(key, entry);
                    return;
            }
        }

        if (table.Find(keys[^1].Text) is { } first) Twice(keys[^1], first);
        else Add(table, keys[^1], value);
    }

    /// <summary>The table of a <c>[header]</c>, or null after a problem.</summary>
    public TomlTable? OpenTable(TomlTable root, List<TomlKey> keys, SourceLocation at)
    {
        if (FindParent(root, keys) is not { } parent) return null;
        switch (parent.Find(keys[^1].Text))
        {
            case null:
                return Add(parent, keys[^1], new TomlTable(at));
            case { Value: TomlTable { Origin: TomlOrigin.Implicit } table }:
                table.GiveHeader(at);
                return table;
            case var first:
                Twice(keys[^1], first);
                return null;
        }
    }

    /// <summary>A new table of a <c>[[header]]</c>, or null after a problem.</summary>
    public TomlTable? OpenElement(TomlTable root, List<TomlKey> keys, SourceLocation at)
    {
        if (FindParent(root, keys) is not { } parent) return null;
        var key = keys[^1];
        var entry = parent.Find(key.Text);
        if (entry is not null and not { Value: TomlArray { IsOfTables: true } })
        {
            Twice(key, entry);
            return null;
        }

        var array = entry?.Value as TomlArray ?? Add(parent, key, new TomlArray(at, isOfTables: true));
        var table = new TomlTable(at);
        array.Items.Add(table);
        return table;
    }

    private TomlTable? FindParent(TomlTable table, List<TomlKey> keys)
    {
        foreach (var key in keys[..^1])
        {
            var entry = table.Find(key.Text);
            var below = entry?.Value switch
            {
                null => Add(table, key, new TomlTable(key.At, TomlOrigin.Implicit)),
                TomlTable { Origin: not TomlOrigin.Inline } named => named,
                TomlArray { IsOfTables: true } array => (TomlTable)array.Items[^1],
                _ => null,
            };
            if (below is null)
            {
                Closed(key, entry!);
                return null;
            }

            table = below;
        }

        return table;
    }

    private static T Add<T>(TomlTable table, TomlKey key, T value)
        where T : TomlValue
    {
        table.Add(new TomlEntry(key.Text, key.At, value));
        return value;
    }

    private void Closed(TomlKey key, TomlEntry first) =>
        tokens.Fail(key.At, $"{key.Text} cannot be added to: it is {first.Value.Kind} that line {first.KeyAt.Line} defines");

    private void Twice(TomlKey key, TomlEntry first) =>
        tokens.Fail(key.At, $"{key.Text} is defined twice: first in line {first.KeyAt.Line}, as {first.Value.Kind}");
}
