using System.Text;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Finds the keys of site.toml in the tables of docs/site.md. A key is found by its name (<c>poll</c>), by its name below a table
/// (<c>reconnect.first</c>), behind its section (<c>limits.memory</c>, <c>modbus.unit_id</c>), and by its path in a site
/// (<c>devices.press.timeout</c>, <c>sinks.broker.queue.max_age</c>). Immutable.
/// </summary>
internal sealed class KeyTopics
{
    private const string Heading = "## [";
    private readonly List<Row> _rows = [];

    /// <param name="site">Text of docs/site.md.</param>
    public KeyTopics(string site)
    {
        string? section = null;
        foreach (var line in site.Split('\n'))
        {
            if (line.StartsWith('#')) section = line.StartsWith(Heading, StringComparison.Ordinal) ? line[3..] : null;
            if (section is null || !line.StartsWith("| `", StringComparison.Ordinal)) continue;
            var cells = line.Replace("\\|", "\u0001", StringComparison.Ordinal).Trim('|', ' ').Split(" | ")
                .Select(c => c.Replace('\u0001', '|').Trim()).ToArray();
            if (cells.Length == 5) _rows.Add(new Row(section, cells[0].Trim('`'), cells[1], cells[2], cells[3].Trim('`'), cells[4]));
        }
    }

    /// <summary>The names of all keys, without those of the tables that they are in.</summary>
    public IReadOnlyList<string> Names => [.. _rows.Select(r => r.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The names of the drivers and sinks that have keys.</summary>
    public IReadOnlyList<string> Plugins => [.. _rows.Select(r => r.Plugin).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Returns the list of the keys of a driver or sink, each with the first sentence about it; null if there is none.</summary>
    public string? FindPlugin(string name)
    {
        var sections = _rows.Where(r => string.Equals(r.Plugin, name, StringComparison.OrdinalIgnoreCase)).GroupBy(r => r.Section).ToList();
        if (sections.Count == 0) return null;
        var first = sections[0].First();
        var tables = sections.Select(s => $"{s.Key}\n\n{string.Join('\n', s.Select(r => r.Line()))}\n\n");
        return $"{string.Concat(tables)}plant help {first.Plugin}.{first.Key} explains one key; "
            + "addresses, guarantees and error messages are in the README of the plugin";
    }

    /// <summary>Returns the text of all keys of a name or path, in their case; null if there is none.</summary>
    public string? Find(string word)
    {
        var found = _rows.Where(r => r.Key == word || r.Name == word).ToList();
        if (found.Count == 0) found = [.. _rows.Where(r => r.IsAt(word.Split('.')))];
        return found.Count == 0 ? null : string.Join("\n\n", found.GroupBy(r => r.Text()).Select(g => Describe(g.Key, [.. g])));
    }

    // Many plugins have the same key, such as tls.ca: its text is printed once.
    private static string Describe(string text, IReadOnlyList<Row> rows) =>
        $"{rows[0].Key}: a key of site.toml, in {string.Join(", ", rows.Select(r => r.Section).Distinct())}\n{text}";

    /// <summary>One row of a table.</summary>
    private sealed record Row(string Section, string Key, string Kind, string Default, string Example, string Description)
    {
        public string Name => Key[(Key.LastIndexOf('.') + 1)..];

        private string Place => Section[1..Section.IndexOf(']')];

        public string? Plugin => Section.IndexOf('"') is var at and >= 0 ? Section[(at + 1)..^1] : null;

        public string Text()
        {
            var text = new StringBuilder().Append(KindAndDefault());
            if (Example.Length > 0) text.Append(null, $"\nexample: {Example}");
            return text.Append(null, $"\n\n{Plain(Description)}").ToString();
        }

        /// <summary>Returns key, type and default, and the first sentence of the description.</summary>
        public string Line()
        {
            var text = Plain(Description);
            var end = text.IndexOf(". ", StringComparison.Ordinal);
            return $"  {Key,-20} {KindAndDefault(),-40} {(end < 0 ? text : text[..(end + 1)])}";
        }

        /// <summary>True if the path, without names of devices, sinks and tags, ends in this key of this section.</summary>
        public bool IsAt(string[] path)
        {
            var place = Place.Split('.');
            if (Plugin is not null && path[0] == Plugin) return IsKey(path[1..]);
            if (place.Length == 3 && path.Length >= 4) return path[0] == place[0] && path[2] == "tags" && IsKey(path[4..]);
            var named = place.Length == 2 ? 2 : 1;
            return place.Length < 3 && path.Length > named && path[0] == place[0] && IsKey(path[named..]);
        }

        private string KindAndDefault() =>
            Default.Length == 0 ? Plain(Kind) : $"{Plain(Kind)}, {(Default == "required" ? Default : $"default {Plain(Default)}")}";

        private bool IsKey(string[] rest) => rest.Length > 0 && string.Join('.', rest) == Key;

        private static string Plain(string markdown) => markdown.Replace("`", "", StringComparison.Ordinal);
    }
}
