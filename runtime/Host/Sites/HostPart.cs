using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites;

/// <summary>The table of a device or sink, divided into the host's part and the plugin's.</summary>
internal static class HostPart
{
    /// <summary>
    /// The table of a device or sink, whose name recipes can write; null after a problem with the table, not with the name.
    /// </summary>
    public static TomlTable? TableOf(BindingScope scope, TomlEntry entry, string section)
    {
        if (Names.IdentifierProblem(entry.Key) is { } problem) scope.Fail(entry.KeyAt, problem);
        if (entry.Value is not TomlTable) scope.Expected(entry.Key, $"a table, [{section}.{entry.Key}]", entry.Value);
        return entry.Value as TomlTable;
    }

    /// <summary>
    /// The host's keys and the plugin's. Names the key that was probably meant when <paramref name="required"/>, which names the plugin, is
    /// missing.
    /// </summary>
    public static (TomlTable Host, TomlTable Plugin) Split(
        BindingScope scope, TomlTable table, IReadOnlyList<string> hostKeys, string required)
    {
        var plugin = table.With(table.Entries.Where(e => !hostKeys.Contains(e.Key)));
        if (table.Find(required) is null && Nearest.Find(required, plugin.Entries.Select(e => e.Key)) is { } near)
        {
            scope.Fail(plugin.Find(near)!.KeyAt, $"unknown key {near}: did you mean \"{required}\"?");
        }

        return (table.With(table.Entries.Where(e => hostKeys.Contains(e.Key))), plugin);
    }
}
