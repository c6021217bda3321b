using System.IO.Compression;
using System.Text.Json;
using PlantRuntime.Faults;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class RecordTests
{
    [Fact]
    public async Task A_recording_has_every_scan_of_the_devices_that_were_asked_for_and_feeds_a_test()
    {
        using var site = new SiteFolder();
        site.Write("recipes/times.csx", "Plant.line.Scans.Payload(s => new { t = s.Time }).To(Sinks.lines);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=line");
        await plant.WhenAsync("CONNECTED sink=lines");
        var file = site.At("captures/one.jsonl");
        var (exit, output) = await PlantProcess.RunAsync("record", site.Path, "--for", "1500ms", "--devices", "line", "--mask", "line.sp*",
            "--to", file);
        Assert.True(exit == 0, output);
        Assert.Matches(@"^\d+ scans, \d+ KB in .*one\.jsonl$", output);

        var lines = File.ReadAllLines(file).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal("plant-capture 1", lines[0].GetProperty("format").GetString());
        Assert.Equal("test", lines[0].GetProperty("site").GetString());
        Assert.Equal("""{"line":["bottles","speed"]}""", lines[0].GetProperty("devices").GetRawText());
        var scans = lines[1..];
        Assert.InRange(scans.Count, 2, 20);
        Assert.All(scans,
            s => Assert.Equal(("line", JsonValueKind.Null, false),
                (s.GetProperty("d").GetString(), s.GetProperty("v").GetProperty("speed").ValueKind, s.TryGetProperty("q", out _))));
        Assert.All(scans, s => Assert.Equal(JsonValueKind.Number, s.GetProperty("v").GetProperty("bottles").ValueKind));

        // A recipe, which gets every scan, saw no other scan between the first and the last recorded one.
        var recorded = scans.Select(s => s.GetProperty("t").GetDateTime()).ToList();
        await Until.MustHoldAsync(() => Times(site).Contains(recorded[^1]), TimeSpan.FromSeconds(60), "the time of the last recorded scan");
        Assert.Equal(recorded, Times(site).SkipWhile(t => t < recorded[0]).TakeWhile(t => t <= recorded[^1]));

        File.Delete(site.At("recipes/times.csx"));
        site.Write("recipes/all.csx", "Plant.line.Scans.Only(\"bottles\").To(Sinks.lines);");
        Directory.CreateDirectory(site.At("tests"));
        site.Write("tests/replay.test.csx", $$"""
            Test("what was recorded comes through a recipe again", plant =>
            {
                plant.Replay("captures/one.jsonl");
                plant.Sinks.lines.ShouldHaveCount({{scans.Count}});
            });
            """);
        (exit, output) = await PlantProcess.RunAsync("test", site.Path);
        Assert.True(exit == 0 && output.EndsWith("1 passed, 0 failed", StringComparison.Ordinal), output);

        (exit, output) = await PlantProcess.RunAsync("record", site.Path, "--for", "1s", "--to", file);
        Assert.True(exit == 1 && output.Contains("is there already", StringComparison.Ordinal), output);
        (exit, output) = await PlantProcess.RunAsync("record", site.Path, "--for", "1s", "--devices", "lin");
        Assert.True(exit == 1 && output.Contains("did you mean \"line\"", StringComparison.Ordinal), output);
        (exit, output) = await PlantProcess.RunAsync("record", site.Path, "--for", "1s", "--mask", "line.amps");
        Assert.True(exit == 1 && output.Contains("covers no tag", StringComparison.Ordinal), output);
    }

    [SkippableFact]
    public async Task Ctrl_C_ends_a_recording_with_a_whole_file_and_the_end_of_the_host_too()
    {
        using var site = new SiteFolder();
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=line");
        await using (var record = PlantProcess.StartForeground("record", site.Path, "--to", site.At("one.jsonl.gz")))
        {
            await plant.WhenAsync("RECORD devices=line,tank");
            await record.SignalAsync("INT");
            Assert.Equal(0, await record.WhenExitedAsync());
            await plant.WhenAsync("RECORDED scans=.* lost=0");
            Assert.StartsWith("{\"format\":\"plant-capture 1\"", Unpacked(site.At("one.jsonl.gz"))[0], StringComparison.Ordinal);
        }

        await using (var record = PlantProcess.Start("record", site.Path, "--to", site.At("two.jsonl.gz")))
        {
            await plant.WhenAsync("RECORD devices=line,tank", 2);
            await plant.SignalAsync("TERM");
            Assert.Equal(1, await record.WhenExitedAsync());
            await record.WhenAsync("the host ended before");
            Assert.All(Unpacked(site.At("two.jsonl.gz")), line => JsonDocument.Parse(line));
        }

        Assert.Empty(Directory.GetFiles(site.Path, "*.part"));
        var (exit, output) = await PlantProcess.RunAsync("record", site.Path, "--for", "1s");
        Assert.True(exit == 1 && output.Contains("plant run", StringComparison.Ordinal), output);
    }

    private static List<DateTime> Times(SiteFolder site) =>
        [.. site.Lines("data/lines.jsonl").Where(l => l.EndsWith('}'))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("t").GetDateTime())];

    private static List<string> Unpacked(string file)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var all = new List<string>();
        while (lines.ReadLine() is { } line) all.Add(line);
        return all;
    }
}
