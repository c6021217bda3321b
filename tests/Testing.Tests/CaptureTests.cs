using System.Text;
using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Testing.Captures;

namespace PlantRuntime.Testing.Tests;

/// <summary>Damaged captures and captures of another site are reported with file and line.</summary>
[Trait("Needs", "Process")]
public sealed class CaptureTests
{
    private const string Header =
        """{"format":"plant-capture 1","site":"x","started":"2026-11-21T10:00:00Z","devices":{"press":["amps"]}}""";

    [Fact]
    public void Lines_of_any_length_come_back_as_they_were_written()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Of("lines");

        // Lengths around those of the buffer, which grows from 64 KiB, and short ones.
        var length = Gen.OneOf(Gen.Int[0, 80], Gen.Int[0, 1 << 18], Gen.Int[(64 << 10) - 2, (64 << 10) + 2]);
        Gen.Select(length, Gen.Char['a', 'z'], (count, letter) => new string(letter, count)).List[1, 12].ForAll(
            expected =>
            {
                File.WriteAllText(file, string.Join('\n', expected));
                using var lines = new CaptureLines(file);
                foreach (var line in expected.SkipLast(1))
                {
                    Assert.True(lines.TryRead(out var read));
                    Assert.Equal(line, Encoding.UTF8.GetString(read.Span));
                    Assert.True(lines.IsWhole);
                }

                // A last line without an end is a line only when it has content.
                Assert.Equal(expected[^1].Length > 0, lines.TryRead(out var last));
                Assert.Equal(expected[^1], Encoding.UTF8.GetString(last.Span));
                Assert.False(lines.IsWhole);
                Assert.False(lines.TryRead(out _));
            },
            iter: 200);
    }

    [Fact]
    public async Task A_wrong_line_is_named()
    {
        (string Content, string Expected)[] captures =
        [
            ("", " the file is empty"),
            ("{}\n", "1: it does not start like a capture"),
            (Header + "\n", " it has no scans"),
            (Header.Replace("capture 1", "capture 9", StringComparison.Ordinal),
                "1: its format is \"plant-capture 9\", expected \"plant-capture 1\""),
            (Header.Replace("\"press\":", "\"pres\":", StringComparison.Ordinal),
                "1: no device \"pres\" in site.toml: did you mean \"press\"?"),
            (Header.Replace("amps", "amsp", StringComparison.Ordinal), "1: no tag \"amsp\" in device press: did you mean \"amps\"?"),
            ($"{Header}\n{{\"d\":\"press\"", "2: the file ends inside the line: it was truncated"),
            ($"{Header}\n[]", "2: expected a JSON object"),
            (Line("""{"d":"oven","t":"2026-11-21T10:00:00Z"}"""), "2: no device \"oven\" in site.toml"),
            (Line("""{"d":"press","t":"ten o'clock"}"""), "2: \"t\" is not a time, for instance \"2026-11-21T10:00:00.123Z\""),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":1,"god":1}}"""),
                "2: no tag \"god\" in device press: did you mean \"good\"?"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":{}}}"""), "2: a tag cannot hold {}"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","q":{"good":"WORSE"}}"""),
                "2: q.good is \"WORSE\", expected one of GOOD, STALE, BAD_RANGE"),
            (Line("""{"d":"\ud800","t":"2026-11-21T10:00:00Z"}"""), "2: "),
            (Line("""{"d":"press","t":"0001-01-01T00:00:00Z"}"""), "2: \"t\" is not a time"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":1,"good":2}}"""), "2: the line is not valid JSON: "),
            (Line($$"""{"d":"press","t":"2026-11-21T10:00:00Z","f":"{{new string('x', 5 << 20)}}"}"""), "2: the line is longer than 4 MB"),
        ];
        using var fixture = new SiteFixture("features");
        Directory.Delete(fixture.Site.At("tests"), recursive: true);
        Directory.CreateDirectory(fixture.Site.At("tests"));
        var tests = new StringBuilder();
        foreach (var (i, (content, _)) in captures.Index())
        {
            File.WriteAllText(fixture.Site.At($"captures/{i}.jsonl"), content);
            tests.AppendLine($"Test(\"{i}\", plant => {{ plant.Load(\"recipes/press.csx\"); plant.Replay(\"captures/{i}.jsonl\"); }});");
        }

        File.WriteAllText(fixture.Site.At("captures/damaged.jsonl.gz"), "this was never packed");
        tests.AppendLine("Test(\"gz\", plant => plant.Replay(\"captures/damaged.jsonl.gz\"));");
        tests.AppendLine("Test(\"gone\", plant => plant.Replay(\"captures/gone.jsonl\"));");
        fixture.Site.Write("tests/captures.test.csx", tests.ToString());
        var (exit, output) = await fixture.RunAsync();
        Assert.Equal(1, exit);
        foreach (var (i, (_, expected)) in captures.Index())
            Assert.Contains($"): captures/{i}.jsonl:{expected}", output, StringComparison.Ordinal);
        Assert.Contains("captures/damaged.jsonl.gz: the file is not a valid gzip file: ", output, StringComparison.Ordinal);
        Assert.Contains("there is no captures/gone.jsonl in the site's folder; record one with `plant record`", output,
            StringComparison.Ordinal);

        static string Line(string scan) => $"{Header}\n{scan}\n";
    }
}
