using System.Text.RegularExpressions;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// The quick starts, docs/quickstart*.md: <c>tests/quick-start</c> performs one of them, and the others have the same commands and files.
/// <c>tests/run-packages</c> performs it with an installed package.
/// </summary>
public sealed partial class QuickStartTests
{
    [SkippableFact]
    [Trait("Needs", "Server")]
    public async Task A_plant_runs_as_the_quick_start_says()
    {
        var (exitCode, output, errors) = await BashScript.RunAsync("quick-start", PathOf("quickstart.md"));
        Assert.True(exitCode == 0, output + errors);
    }

    [Theory]
    [InlineData("quickstart.es.md")]
    [InlineData("quickstart.pt.md")]
    public void A_translation_has_the_same_commands_files_and_sections(string page)
    {
        var (english, translated) = (File.ReadAllText(PathOf("quickstart.md")), File.ReadAllText(PathOf(page)));
        Assert.Equal(Block().Matches(english).Select(m => m.Value), Block().Matches(translated).Select(m => m.Value));
        Assert.Equal(Prose(english).Count(l => l.StartsWith('#')), Prose(translated).Count(l => l.StartsWith('#')));
        Assert.Equal(Links(english), Links(translated));
        foreach (var link in Links(english)) Assert.True(File.Exists(PathOf(link)), $"docs/{link} does not exist");

        // Words of the product in the sentences: plant help, site.toml, /var/lib … are the same in every language.
        Assert.Equal(Code().Matches(string.Join('\n', Prose(english))).Select(m => m.Value).Where(IsNoPlaceholder),
            Code().Matches(string.Join('\n', Prose(translated))).Select(m => m.Value).Where(IsNoPlaceholder));
    }

    private static bool IsNoPlaceholder(string code) => !code.StartsWith("`sudo nano ", StringComparison.Ordinal);

    private static IEnumerable<string> Prose(string page) => Block().Replace(page, "").Split('\n');

    private static IEnumerable<string> Links(string page) =>
        Link().Matches(page).Select(m => m.Groups[1].Value).Where(l => !l.StartsWith("quickstart", StringComparison.Ordinal));

    private static string PathOf(string page) => Path.Combine(RepoFolder.Root, "docs", page);

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Code();
}
