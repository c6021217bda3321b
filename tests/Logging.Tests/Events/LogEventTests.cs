namespace PlantRuntime.Logging.Tests.Events;

/// <summary>Checks all log calls of the sources, and that docs/log.md describes them.</summary>
public class LogEventTests
{
    private static readonly string s_root = FindRoot();
    private static readonly Lazy<IReadOnlyList<LogCall>> s_host = new(() => new LogCallScanner(s_root, "runtime").Calls());
    private static readonly Lazy<IReadOnlyList<LogCall>> s_plugins = new(() => new LogCallScanner(s_root, "plugins").Calls());

    /// <summary>Set to 1 to write docs/log.md instead of comparing it.</summary>
    private const string Update = "UPDATE_LOG_DOCS";

    [Fact]
    public void Docs_log_md_is_up_to_date()
    {
        var file = Path.Combine(s_root, "docs", "log.md");
        var page = LogPage.Write(Host(), Plugins(), Meanings());
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(file, page);
        Assert.True(page == File.ReadAllText(file), $"log calls changed: run this test once with {Update}=1 and review docs/log.md");
    }

    [Fact]
    public void Every_event_has_a_meaning_and_every_meaning_an_event()
    {
        var events = Host().SelectMany(c => c.Texts).Select(LogCall.EventOf).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(events, Meanings().Keys.Order(StringComparer.Ordinal));
        Assert.All(Meanings(), m => Assert.Matches(@"^[A-Z].*\.$", m.Value));
    }

    [Fact]
    public void Every_line_is_an_event_word_and_pairs_of_key_and_value()
    {
        var calls = Host();
        Assert.InRange(calls.Count, 60, 1000);
        Assert.Empty(calls.Where(c => c.Texts.Count == 0).Select(c => $"{c.Place}: the text is not a literal or an interpolated string"));
        var unreadable = calls.SelectMany(c => c.Texts.Where(t => !LogPage.IsParseable(t)).Select(t => $"{c.Place}: {t}")).ToList();
        Assert.True(unreadable.Count == 0, string.Join(Environment.NewLine, unreadable));
    }

    [Theory]
    [InlineData("X a=… b=\"… and …\" c=1", true)]
    [InlineData("END mirror a=…", true)]
    [InlineData("STOPPING", true)]
    [InlineData("X …=\"…\"", true)]
    [InlineData("X a=…: … b=1", false)]
    [InlineData("X … b=1", false)]
    [InlineData("X a=1 is empty", false)]
    [InlineData("x a=1", false)]
    public void A_line_that_is_not_parseable_is_recognised(string text, bool expected) => Assert.Equal(expected, LogPage.IsParseable(text));

    private static IReadOnlyList<LogCall> Host() => s_host.Value;

    private static IReadOnlyList<LogCall> Plugins() => s_plugins.Value;

    private static Dictionary<string, string> Meanings() =>
        File.ReadAllLines(Path.Combine(s_root, "tests", "Logging.Tests", "Events", "meanings.txt")).Where(l => l.Length > 0)
            .Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => l[1].Trim(), StringComparer.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
