using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Testing.Captures;

namespace PlantRuntime.Testing.Tests;

/// <summary>Captures that are damaged, or of another site: said with file and line.</summary>
public sealed class CaptureTests
{
    private const string Header =
        """{"format":"plant-capture 1","site":"x","started":"2026-11-21T10:00:00Z","devices":{"press":["amps"]}}""";

    [Fact]
    public void Lines_of_any_length_come_back_as_they_were_written()
    {
        const int Seed = 12;
        var chance = new Random(Seed);
        using var folder = new TemporaryFolder();
        string[] expected =
            [.. Enumerable.Range(0, 200).Select(i => new string((char)('a' + (i % 26)), chance.Next(1 << chance.Next(18))))];
        File.WriteAllText(folder.Of("lines"), string.Join('\n', expected));
        using var lines = new CaptureLines(folder.Of("lines"));
        foreach (var line in expected.AsSpan(0, expected.Length - 1))
        {
            Assert.True(lines.TryRead(out var read), $"seed {Seed}");
            Assert.True(Encoding.UTF8.GetString(read.Span) == line, $"line {lines.Number} of seed {Seed}");
        }

        // What follows the last line's end is a line only when there is something.
        Assert.Equal(expected[^1].Length > 0, lines.TryRead(out var last));
        Assert.Equal(expected[^1], Encoding.UTF8.GetString(last.Span));
        Assert.False(lines.TryRead(out _));
    }

    [Fact]
    public async Task A_wrong_line_is_named()
    {
        (string Content, string Expected)[] captures =
        [
            ("", " the file is empty"),
            ("{}\n", "1: it does not begin as a capture does"),
            (Header + "\n", " it has no scans"),
            (Header.Replace("capture 1", "capture 9", StringComparison.Ordinal),
                "1: its format is \"plant-capture 9\", and \"plant-capture 1\" is read here"),
            (Header.Replace("\"press\":", "\"pres\":", StringComparison.Ordinal),
                "1: no device \"pres\" in site.toml: did you mean \"press\"?"),
            (Header.Replace("amps", "amsp", StringComparison.Ordinal), "1: no tag \"amsp\" in device press: did you mean \"amps\"?"),
            ($"{Header}\n{{\"d\":\"press\"", "2: the file ends within the line: it was cut off"),
            ($"{Header}\n[]", "2: expected a JSON object"),
            (Line("""{"d":"oven","t":"2026-11-21T10:00:00Z"}"""), "2: no device \"oven\" in site.toml"),
            (Line("""{"d":"press","t":"ten o'clock"}"""), "2: \"t\" is no time, for instance \"2026-11-21T10:00:00.123Z\""),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":1,"god":1}}"""),
                "2: no tag \"god\" in device press: did you mean \"good\"?"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":{}}}"""), "2: a tag holds no {}"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","q":{"good":"WORSE"}}"""),
                "2: q.good is \"WORSE\", expected one of GOOD, STALE, BAD_RANGE"),
            (Line("""{"d":"\ud800","t":"2026-11-21T10:00:00Z"}"""), "2: "),
            (Line("""{"d":"press","t":"0001-01-01T00:00:00Z"}"""), "2: \"t\" is no time"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":1,"good":2}}"""), "2: the line is no JSON: "),
            (Line($$"""{"d":"press","t":"2026-11-21T10:00:00Z","f":"{{new string('x', 5 << 20)}}"}"""), "2: the line is longer than 4 MB"),
        ];
        using var bench = new Bench("features");
        Directory.Delete(bench.Site.At("tests"), recursive: true);
        Directory.CreateDirectory(bench.Site.At("tests"));
        var tests = new StringBuilder();
        foreach (var (i, (content, _)) in captures.Index())
        {
            File.WriteAllText(bench.Site.At($"captures/{i}.jsonl"), content);
            tests.AppendLine($"Test(\"{i}\", plant => {{ plant.Load(\"recipes/press.csx\"); plant.Replay(\"captures/{i}.jsonl\"); }});");
        }

        File.WriteAllText(bench.Site.At("captures/damaged.jsonl.gz"), "this was never packed");
        tests.AppendLine("Test(\"gz\", plant => plant.Replay(\"captures/damaged.jsonl.gz\"));");
        tests.AppendLine("Test(\"gone\", plant => plant.Replay(\"captures/gone.jsonl\"));");
        bench.Site.Write("tests/captures.test.csx", tests.ToString());
        var (exit, output) = await bench.RunAsync();
        Assert.Equal(1, exit);
        foreach (var (i, (_, expected)) in captures.Index())
            Assert.Contains($"): captures/{i}.jsonl:{expected}", output, StringComparison.Ordinal);
        Assert.Contains("captures/damaged.jsonl.gz: it is no gzip file, or a damaged one: ", output, StringComparison.Ordinal);
        Assert.Contains("there is no captures/gone.jsonl in the site's folder; `plant record` makes one", output, StringComparison.Ordinal);

        static string Line(string scan) => $"{Header}\n{scan}\n";
    }
}
