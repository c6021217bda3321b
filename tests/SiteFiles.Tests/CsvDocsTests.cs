using System.Text;
using System.Text.RegularExpressions;
using PlantRuntime.Sites;
using PlantRuntime.Sites.TagTables;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>The tables of docs/csv.md, and the messages that the page shows for the wrong ones.</summary>
public sealed partial class CsvDocsTests
{
    private static readonly string s_page =
        File.ReadAllText(Path.Combine(RepoFolder.Root, "docs", "csv.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Each_table_is_read()
    {
        var tables = Right().Matches(s_page);
        Assert.Equal(2, tables.Count);
        foreach (var csv in tables.Select(m => m.Groups[1].Value))
        {
            var (tags, problems, warnings) = Read(csv);
            Assert.Empty(problems);
            Assert.Empty(warnings);
            Assert.InRange(tags, 2, 3);
        }
    }

    [Fact]
    public void Each_wrong_table_has_the_messages_of_the_page()
    {
        var tables = Wrong().Matches(s_page);
        Assert.Equal(3, tables.Count);
        foreach (Match table in tables)
        {
            var expected = table.Groups[2].Value.TrimEnd().Split('\n');
            var found = Read(table.Groups[1].Value).Problems;
            var areAll = expected.Length == found.Length
                && expected.Zip(found).All(p => p.Second.StartsWith(p.First, StringComparison.Ordinal));
            Assert.True(areAll, string.Join('\n', found));
        }
    }

    [Fact]
    public void The_page_has_each_column()
    {
        var warning = Assert.Single(Read("name,address,other\na,1,2\n").Warnings);
        var known = warning.Split("a tag table has ")[1].Split(", ");
        Assert.Equal(known, Right().Match(s_page).Groups[1].Value.Split('\n')[0].Split(','));
        var rows = s_page.Split("## Columns")[1].Split("## Separators")[0];
        Assert.All(known, column => Assert.Matches($@"(?m)^\|[^|]*`{column}`", rows));
    }

    private static (int Tags, string[] Problems, string[] Warnings) Read(string csv)
    {
        var (problems, warnings) = (new ProblemList(TagTable.MaxProblems), new ProblemList());
        var tags = TagTable.Read(Encoding.UTF8.GetBytes(csv), "press.csv", problems, warnings);
        return (tags.Count, [.. problems.Items.Select(p => $"{p.At.Line}:{p.At.Column} {p.Message}")],
            [.. warnings.Items.Select(w => w.Message)]);
    }

    [GeneratedRegex("^```csv\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Right();

    [GeneratedRegex("^```csv wrong\n(.*?)^```\n```text\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Wrong();
}
