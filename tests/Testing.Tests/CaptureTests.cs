using System.Text;

namespace PlantRuntime.Testing.Tests;

/// <summary>Captures that are damaged, or of another site: said with file and line.</summary>
public sealed class CaptureTests
{
    private const string Header = """{"format":"plant-capture 1","site":"x","started":"2026-11-21T10:00:00Z","devices":{"press":["amps"]}}""";

    [Fact]
    public async Task A_wrong_line_is_named()
    {
        (string Content, string Expected)[] captures =
        [
            ("", "0: the file is empty"),
            ("{}\n", "1: expected a text \"format\""),
            (Header.Replace("capture 1", "capture 9", StringComparison.Ordinal),
                "1: its format is \"plant-capture 9\", and \"plant-capture 1\" is read here"),
            (Header.Replace("\"press\":", "\"pres\":", StringComparison.Ordinal),
                "1: no device \"pres\" in site.toml: did you mean \"press\"?"),
            (Header.Replace("amps", "amsp", StringComparison.Ordinal), "1: no tag \"amsp\" in device press: did you mean \"amps\"?"),
            ($"{Header}\n{{\"d\":\"press\"", "2: the line is no JSON: "),
            ($"{Header}\n[]", "2: expected a JSON object"),
            (Line("""{"d":"oven","t":"2026-11-21T10:00:00Z"}"""), "2: no device \"oven\" in site.toml"),
            (Line("""{"d":"press","t":"ten o'clock"}"""), "2: \"t\" is no time, for instance \"2026-11-21T10:00:00.123Z\""),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":1,"god":1}}"""),
                "2: no tag \"god\" in device press: did you mean \"good\"?"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","v":{"good":{}}}"""), "2: a tag holds no {}"),
            (Line("""{"d":"press","t":"2026-11-21T10:00:00Z","q":{"good":"WORSE"}}"""),
                "2: q.good is \"WORSE\", expected one of GOOD, STALE, BAD_RANGE"),
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
        Assert.Contains("captures/damaged.jsonl.gz:0: ", output, StringComparison.Ordinal);
        Assert.Contains("there is no captures/gone.jsonl in the site's folder; `plant record` makes one", output, StringComparison.Ordinal);

        static string Line(string scan) => $"{Header}\n{scan}\n";
    }
}
