using System.Text;
using System.Text.RegularExpressions;

namespace PlantRuntime.Logging.Tests.Events;

/// <summary>Writes <c>docs/log.md</c> from the calls in the sources and the meanings in <c>meanings.txt</c>.</summary>
internal static partial class LogPage
{
    public static string Write(IReadOnlyList<LogCall> host, IReadOnlyList<LogCall> plugins, IReadOnlyDictionary<string, string> meanings)
    {
        var page = new StringBuilder(Head);
        foreach (var name in host.SelectMany(c => c.Texts).Select(LogCall.EventOf).Distinct().Order(StringComparer.Ordinal))
        {
            var calls = host.Where(c => c.Texts.Any(t => LogCall.EventOf(t) == name)).ToList();
            var keys = calls.SelectMany(c => c.Texts).Where(t => LogCall.EventOf(t) == name).SelectMany(Keys).Distinct();
            var levels = calls.SelectMany(c => c.Levels).Distinct().OrderBy(l => Enum.Parse<LogLevel>(l)).Select(l => l.ToUpperInvariant());
            page.Append(
                $"| `{name}` | {string.Join(", ", levels)} | {string.Join(' ', keys.Select(k => $"`{k}`"))} "
                + $"| {meanings.GetValueOrDefault(name)} |\n");
        }

        page.Append(PluginHead);
        foreach (var call in plugins.Where(c => c.Texts.Count > 0))
            page.Append(
                $"| {call.Place.Split('/')[1]} | {string.Join(", ", call.Levels).ToUpperInvariant()} | {call.Texts[0].Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        return page.ToString();
    }

    /// <summary>The keys of a text, in their order; a key that is a value itself is left out.</summary>
    public static IEnumerable<string> Keys(string text) => Key().Matches(Quoted().Replace(text, "\"\"")).Select(m => m.Groups[1].Value);

    /// <summary>True if a text is an event word and <c>key=value</c> pairs.</summary>
    public static bool IsParseable(string text) => Line().IsMatch(text);

    private const string Head =
        """
        # The log

        One event is one line: time in UTC, level, event word, `key=value` pairs.

        ```
        2026-11-30T01:02:03.004Z WARN  RETRY sink=broker reason="192.168.0.9:8883: no route to the host" failures=3 waiting=18204 sleep=4s
        ```

        A value with blanks, quotes, backslashes or `=` is in double quotes; inside them `\"` is a quote and `\\` a backslash. Control characters, line ends and marks
        that change the direction of text are written as `\n`, `\r`, `\t` or `\u001B`, in every value and in the terminal. A value longer than 1,024 characters (a stack trace:
        8,192) is cut, and its length is given. Numbers have a decimal point. Lines of one kind that come too fast are limited; `suppressed=12` tells how many were left
        out. `next="…"` says what happens next or what to do.

        If lines come faster than they can be written, a line `LOG lost=12` tells how many are missing. Level, file, rotation, and lines in JSON: [logging.md](logging.md). This page is generated from the sources (see CONTRIBUTING).

        | event | level | keys | meaning |
        |---|---|---|---|

        """;

    private const string PluginHead =
        """

        ## Messages of plugins

        Drivers and sinks write through the host, as `PLUGIN from=<device or sink> message="…"`, at most ten lines per second each. Values are shown as `…`.

        | plugin | level | message |
        |---|---|---|

        """;

    [GeneratedRegex("(?:^| )([a-z_0-9]+)=")]
    private static partial Regex Key();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("^[A-Z]+( mirror)?( ([a-z_0-9]+|…)=(\"[^\"]*\"|[^ \"]+))*$")]
    private static partial Regex Line();
}
