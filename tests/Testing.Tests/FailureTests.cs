using System.Text.RegularExpressions;
using System.Xml.Linq;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Tools.TestRunner;

namespace PlantRuntime.Testing.Tests;

/// <summary>The complete output of failing tests for an engineer and for a CI system.</summary>
[Trait("Needs", "Process")]
public sealed class FailureTests
{
    [Fact]
    public async Task Each_failure_says_where_what_and_how()
    {
        using var fixture = new SiteFixture("failures");
        var (exit, output) = await fixture.RunAsync(junit: fixture.Site.At("results/junit.xml"));
        var expected = Path.Combine(SiteFolder.Root, "tests", "Testing.Tests", "Sites", "failures", "output.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_OUTPUT") == "1") File.WriteAllText(expected, output);
        Assert.Equal(File.ReadAllText(expected), output);
        Assert.Equal(1, exit);

        var root = XDocument.Load(fixture.Site.At("results/junit.xml")).Root!;
        Assert.Equal(("testsuites", "18", "17"), (root.Name.LocalName, root.Attribute("tests")!.Value, root.Attribute("failures")!.Value));
        Assert.Equal(
            ["recipes/broken.csx", "tests/a.test.csx", "tests/b.test.csx", "tests/c.test.csx"],
            root.Elements("testsuite").Select(s => s.Attribute("name")!.Value));
        Assert.All(root.Elements("testsuite"), suite =>
        {
            Assert.Equal(suite.Elements("testcase").Count(), int.Parse(suite.Attribute("tests")!.Value));
            Assert.Equal(suite.Descendants("failure").Count(), int.Parse(suite.Attribute("failures")!.Value));
            Assert.All(suite.Elements("testcase"), test => Assert.Matches(@"^\d+\.\d{3}$", test.Attribute("time")!.Value));
        });
        var first = root.Descendants("testcase").Single(t => t.Attribute("name")!.Value == "values differ");
        Assert.Equal("failures.tests.a", first.Attribute("classname")!.Value);
        var failure = first.Element("failure")!;
        Assert.Equal("tests/a.test.csx(6,5): broker has other records than expected", failure.Attribute("message")!.Value);
        Assert.Contains("record 2, list[1]: expected 3, found 2", failure.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Junit_takes_any_text()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "results.xml");
        var failed = new TestResult("tests/a.test.csx", "a <b> & \"c\"", TimeSpan.FromMilliseconds(12), "\u0001\ud800 é 🏭\nmore");
        JUnitFile.Write(file, "hall", [failed]);
        var test = XDocument.Load(file).Root!.Element("testsuite")!.Element("testcase")!;
        Assert.Equal(("a <b> & \"c\"", "0.012"), (test.Attribute("name")!.Value, test.Attribute("time")!.Value));
        Assert.Equal("\ufffd\ufffd é 🏭\nmore", test.Element("failure")!.Value);
    }

    [Fact]
    public async Task What_runs_away_is_stopped_and_named()
    {
        using var fixture = new SiteFixture("failures");
        fixture.Site.Write("tests/away.test.csx", """
            Test("the recipe", plant => { plant.Load("recipes/endless.csx"); plant.press.Scan(amps: 2); });
            Test("the test", plant => { while (plant.Time.Year == 2026) plant.press.Set(amps: 1); });
            Test("time", plant => { plant.Load("recipes/press.csx"); plant.Run(36500.Days); });
            Test("the next one", plant => { });
            """);
        var (exit, output) = await fixture.RunAsync("away", limit: 3);
        Assert.Equal(1, exit);
        foreach (var (line, name) in new[] { "the recipe", "the test", "time" }.Index())
            Assert.Matches(@$"FAILED  {name}\n    (recipes/\w+\.csx.*\n +reached from )?tests/away\.test\.csx\({line + 1},\d+\)", output);
        Assert.Equal(3, Regex.Count(output, "stopped: it ran for more than 3 s"));
        Assert.Matches(@"recipes/endless\.csx\(\d,\d+\): stopped", output);
        Assert.Matches("passed  the next one", output);
    }

    [Fact]
    public async Task A_test_that_would_prove_nothing_fails()
    {
        using var fixture = new SiteFixture("features");
        Directory.Delete(fixture.Site.At("tests"), recursive: true);
        Directory.CreateDirectory(fixture.Site.At("tests"));
        fixture.Site.Write("tests/none.test.csx", "// later");
        fixture.Site.Write("tests/twice.test.csx", "Test(\"one\", plant => { });\nTest(\"one\", plant => { });");
        fixture.Site.Write("tests/nameless.test.csx", "Test(\" \", plant => { });");
        fixture.Site.Write("tests/some.test.csx", """
            Test("edit", plant => plant.Reload("recipes/window.csx", text => text.Replace("no such", "thing")));
            Test("null", plant => plant.Sinks.broker.ShouldHave([null!]));
            Test("waiting", plant => { plant.Load("recipes/press.csx"); plant.Sinks.broker.Fail("unplugged"); plant.press.Scan(amps: 5); plant.Sinks.broker.ShouldHaveCount(7); });
            Test("recursion", plant => { int Deep(int n) => Deep(n + 1) + 1; Deep(0); });
            """);
        var (exit, output) = await fixture.RunAsync();
        Assert.Equal(1, exit);
        foreach (var words in new[]
        {
            "tests/none.test.csx: there is no Test(…) in it", "twice.test.csx(2,1): there is already a test \"one\" in line 1",
            "nameless.test.csx(1,1): a test needs a name", "): the edit changes nothing in recipes/window.csx",
            "): null is expected of broker", "expected 7 records, found 0 (2 records waiting: it fails, \"unplugged\")",
            "(4,48): stopped: its calls nest too deep",
        }) Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 7 failed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_chooses_tests_by_name_or_file()
    {
        using var fixture = new SiteFixture("features");
        Assert.Equal(
            (0, "tests/devices.test.csx\n  passed  a test knows nothing of the one before\n1 passed, 0 failed\n"),
            await fixture.RunAsync("KNOWS nothing"));
        var (exit, output) = await fixture.RunAsync("blocks.test");
        Assert.True(exit == 0 && output.EndsWith("3 passed, 0 failed\n", StringComparison.Ordinal), output);
        Assert.Equal((2, "no test has \"nowhere\" in its name or its file's\n"), await fixture.RunAsync("nowhere"));
    }

    [Fact]
    public async Task A_tag_that_has_another_name_now_is_found()
    {
        using var fixture = new SiteFixture("features");
        Assert.Equal(0, (await fixture.RunAsync("blocks.test")).ExitCode);
        fixture.Site.Replace("site.toml", "good     = \"b\"", "fine     = \"b\"");
        var (exit, output) = await fixture.RunAsync("blocks.test");
        Assert.Equal(1, exit);
        Assert.Contains("tests/blocks.test.csx(40,33): error CS1739: 'plant.press.Scan' has no 'good'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_without_tests_is_told_how_to_write_one()
    {
        using var fixture = new SiteFixture("failures");
        Directory.Delete(fixture.Site.At("tests"), recursive: true);
        var (exit, output) = await fixture.RunAsync();
        Assert.Equal(2, exit);
        Assert.Equal("""
            failures has no tests: they are files like tests/first.test.csx in its folder, for instance

            Test("a scan becomes a record", plant =>
            {
                plant.press.Scan(amps: 1);
                plant.Sinks.broker.ShouldHaveCount(1);
            });

            """.ReplaceLineEndings("\n"), output);
    }
}
