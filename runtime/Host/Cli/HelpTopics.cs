using System.Text.RegularExpressions;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Finds the topics of <c>plant help</c> in the documentation that is embedded in the program: the sections of operators.md, the rows of
/// the tables of qualities and log events, and the keys of site.md. Immutable; the command creates one.
/// </summary>
internal sealed partial class HelpTopics
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> _arguments = new(StringComparer.OrdinalIgnoreCase);
    private readonly KeyTopics _keys;

    /// <param name="operators">Text of docs/operators.md.</param>
    /// <param name="log">Text of docs/log.md.</param>
    /// <param name="site">Text of docs/site.md.</param>
    public HelpTopics(string operators, string log, string site)
    {
        _keys = new KeyTopics(site);
        foreach (var section in operators.Split("\n## ").Skip(1))
        {
            // The last section of a chapter ends where the next chapter begins.
            var name = section.Split('\n')[0].Trim();
            Operators.Add(name);
            _texts[name] = section.Split("\n# ")[0].TrimEnd();
            foreach (var argument in ArgumentsOf(section))
            {
                if (!_arguments.TryGetValue(argument, out var known)) _arguments[argument] = known = [];
                known.Add(name);
            }
        }

        foreach (var row in Rows(operators).Where(r => r.Length == 3))
        {
            Qualities.Add(row[0]);
            _texts[row[0]] = $"{row[0]}: a quality, {row[1]} in recipes\n\n{row[2]}";
        }

        foreach (var row in Rows(log).Where(r => r.Length == 4))
        {
            LogEvents.Add(row[0]);
            var keys = row[2].Replace(" ", ", ", StringComparison.Ordinal);
            var text = $"{row[0]}: a log event, {row[1]}\nkeys: {keys}\n\n{row[3]}";
            _texts[row[0]] = _texts.TryGetValue(row[0], out var known) ? $"{known}\n\n{text}" : text;
        }
    }

    /// <summary>The operators, in the order of the documentation.</summary>
    public List<string> Operators { get; } = [];

    /// <summary>The qualities: GOOD, BAD_RANGE and so on.</summary>
    public List<string> Qualities { get; } = [];

    /// <summary>The event words of the log.</summary>
    public List<string> LogEvents { get; } = [];

    /// <summary>The keys of site.toml, without the names of their tables.</summary>
    public IReadOnlyList<string> Keys => _keys.Names;

    /// <summary>The drivers and sinks that come with the program.</summary>
    public IReadOnlyList<string> Plugins => _keys.Plugins;

    /// <summary>All names.</summary>
    public IEnumerable<string> Names => _texts.Keys.Concat(_keys.Names).Concat(_keys.Plugins).Concat(_arguments.Keys);

    /// <summary>Reads the documentation that is embedded in the program.</summary>
    public static HelpTopics Load() => new(Read("operators.md"), Read("log.md"), Read("site.md"));

    /// <summary>
    /// Returns the text of a topic, whatever its case; null if there is none. A word can be an operator, an argument of one, a key and a
    /// plugin: all are explained.
    /// </summary>
    public string? Find(string name)
    {
        string[] found = [.. new[] { _texts.GetValueOrDefault(name), ArgumentText(name), _keys.Find(name), _keys.FindPlugin(name) }
            .OfType<string>()];
        return found.Length == 0 ? null : string.Join("\n\n", found);
    }

    private string? ArgumentText(string name) => _arguments.TryGetValue(name, out var operators)
        ? $"{name}: an argument of {string.Join(", ", operators)}; plant help {operators[0]} explains it" : null;

    /// <summary>Returns the arguments in the first line of a section: <c>`Range(tags, low, high)` removes …</c>.</summary>
    private static IEnumerable<string> ArgumentsOf(string section) =>
        Usage().Match(section) is { Success: true } usage
            ? usage.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries).Where(word => word.All(char.IsAsciiLetter)) : [];

    [GeneratedRegex(@"^\w+\n\n`[^`\n]*\(([^()`\n]+)\)`")]
    private static partial Regex Usage();

    /// <summary>Returns the rows of tables whose first cell is code, without its marks.</summary>
    private static IEnumerable<string[]> Rows(string markdown) =>
        markdown.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Replace("`", "", StringComparison.Ordinal).Trim('|', ' ').Split(" | "));

    private static string Read(string name)
    {
        using var text = new StreamReader(typeof(HelpTopics).Assembly.GetManifestResourceStream(name)!);
        return text.ReadToEnd().ReplaceLineEndings("\n");
    }
}
