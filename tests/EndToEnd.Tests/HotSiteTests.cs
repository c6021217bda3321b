using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>site.toml is edited while the plant runs.</summary>
[Trait("Needs", "Process")]
public class HotSiteTests
{
    private const string Recipe = """Plant.line.Scans.Payload(s => new { n = s.Number }).To(Sinks.lines);""";

    private const string TankSink = """


        [sinks.tanks]
        sink = "jsonl"
        path = "data/tanks.jsonl"
        """;

    private const string TakenBack =
        @"site.toml of \d\d:\d\d:\d\dZ was taken back: recipes/tank.csx\(1,\d+\): error: FormatException: too full; save site.toml again";

    [SkippableFact]
    public async Task One_device_changes_and_the_other_does_not_notice()
    {
        const int Edits = 6;
        using var site = Site();
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=tank");
        for (var edit = 1; edit <= Edits; edit++)
        {
            site.Replace("site.toml", $"const {4 + edit}", $"const {5 + edit}");
            await plant.WhenAsync("SITE state=Changed", edit);
            await plant.WhenAsync("OK .*device=tank", edit + 1);
        }

        // The other device also keeps running when a tag and a sink are added; recipes use both at once.
        site.Write("site.toml", File.ReadAllText(site.At("site.toml"))
            .Replace("[sinks.lines]", "  full = \"const 1\"\n\n[sinks.lines]", StringComparison.Ordinal)
            + TankSink.Replace("tanks", "more", StringComparison.Ordinal));
        site.Write("recipes/tank.csx",
            """Plant.tank.Scans.Payload(s => new { n = s.Number, level = s["level"], full = s["full"] }).To(Sinks.tanks, Sinks.more);""");
        await plant.WhenAsync("CONNECTED sink=more");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());

        Assert.Equal(1, plant.Count("CONNECTED plant=1 device=line"));
        Assert.Equal(1, plant.Count("RECIPE name=recipes/line.csx"));
        Assert.Equal(0, plant.Count("LEAK|RECONNECT|ERROR|BUG"));
        Assert.Equal(Edits, plant.Count("PLAN devices=tank next=\"restarts: tags.level.address\""));
        Assert.Equal(1, plant.Count("PLAN devices=tank next=\"restarts: tags.full added\""));
        var numbers = Numbers(site, "data/lines.jsonl");
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        var tanks = Numbers(site, "data/tanks.jsonl");
        Assert.Equal(Enumerable.Range(1, tanks.Count), tanks);
        Assert.Equal(Enumerable.Range(5, Edits + 1), site.Lines("data/tanks.jsonl").Select(l => Json(l).GetProperty("level").GetInt32())
            .Distinct());
        Assert.NotEmpty(site.Lines("data/more.jsonl"));
        Assert.Equal(3, Regex.Count(plant.Output, @"END sink=\w+ produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0"));
    }

    [SkippableFact]
    public async Task A_site_toml_that_is_wrong_empty_or_gone_stops_nothing()
    {
        using var site = Site();
        site.Write("recipes/line.csx", Recipe + "\nPlant.line.Scans.Only(\"speed\").To(Sinks.tanks);");
        var right = File.ReadAllText(site.At("site.toml"));
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=tank");

        site.Write("site.toml", right[..(right.Length / 2)]);
        await plant.WhenAsync("SITE state=Held", 1);
        site.Write("site.toml", "");
        await plant.WhenAsync(@"SITE problem=""site.toml:1:1: error: there is no \[site\]");
        File.Delete(site.At("site.toml"));
        await plant.WhenAsync("SITE problem=\"site.toml: error: .*does not exist");
        site.Write("site.toml", right.Replace("poll   = \"5ms\"", "poll   = \"5mn\"", StringComparison.Ordinal));
        await plant.WhenAsync("SITE problem=\"site.toml:6:10: error: poll: .*5mn");
        site.Write("site.toml", right.Replace("const 5", "konst 5", StringComparison.Ordinal));
        await plant.WhenAsync("SITE problem=\"site.toml:17:12: error: tank.level: .*konst");
        site.Write("site.toml", right.Replace("speed ", "sped ", StringComparison.Ordinal));
        await plant.WhenAsync(
            @"SITE problem=""recipes/line.csx\(2,24\): error: no tag \\""speed\\"" in device line: did you mean \\""sped\\""");
        var (exit, output) = await PlantProcess.RunAsync("diff", site.Path);
        Assert.True(exit == 1 && output.Contains("did you mean \"sped\"", StringComparison.Ordinal), output);
        await plant.WhenAsync("SITE state=Held", 6);

        // After the correction of the recipe, the held edit of site.toml is applied.
        site.Write("recipes/line.csx", Recipe + "\nPlant.line.Scans.Only(\"sped\").To(Sinks.tanks);");
        await plant.WhenAsync("SITE state=Changed");
        Assert.Equal(1, plant.Count("CONNECTED plant=1 device=tank"));
        site.Write("site.toml", "# " + File.ReadAllText(site.At("site.toml")).Replace("[site]", "\n\n[site]", StringComparison.Ordinal));
        site.Write("recipes/tank.csx", "Plant.tank.Scans.To(Sinks.tanks);");
        await plant.WhenAsync("RECIPE name=recipes/tank.csx state=Running version=2");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Equal(1, plant.Count("SITE state=Changed"));
        var numbers = Numbers(site, "data/lines.jsonl");
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    [Fact]
    public async Task Diff_says_what_an_edited_copy_would_do()
    {
        using var site = Site();
        site.Write("recipes/line.csx", Recipe + "\nPlant.line.Scans.Deadband(\"speed\", 0.5).To(Sinks.lines);");
        using var copy = new SiteFolder(File.ReadAllText(site.At("site.toml")));
        foreach (var recipe in new[] { "recipes/line.csx", "recipes/tank.csx" }) File.Copy(site.At(recipe), copy.At(recipe));
        Assert.Matches("no host runs this site", await DiffAsync(4));
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=tank");

        Assert.Equal(
            """
            devices   line      kept
                      tank      kept
            sinks     lines     kept
                      tanks     kept
            recipes   line.csx  kept
                      tank.csx  kept
            """.ReplaceLineEndings("\n"),
            await DiffAsync(0));

        copy.Replace("recipes/line.csx", "new { n", "new { m = 1, n");
        copy.Write("site.toml", File.ReadAllText(copy.At("site.toml")) + TankSink.Replace("tanks", "more", StringComparison.Ordinal));
        Assert.Matches("more +added\nrecipes +line.csx +swapped; state: 1 carried\n", await DiffAsync(2));

        copy.Replace("recipes/line.csx", "0.5", "1");
        Assert.Matches(@"line.csx +swapped; state: dropped: Deadband on line.speed: its arguments changed from \(0.5\) to \(1\)",
            await DiffAsync(3));
        copy.Replace("site.toml", "const 5", "const 6");
        var plan = Json(await DiffAsync(3, "--json"));
        Assert.Equal("tags.level.address", plan.GetProperty("devices")[1].GetProperty("keys")[0].GetString());

        copy.Replace("site.toml", "const 6", "konst 6");
        Assert.Matches("site.toml:17:12: error: tank.level: .*konst", await DiffAsync(1));
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0 && output.Contains("test: 2 devices, 3 tags, 2 sinks, 2 recipes: all well\na host runs it, as it is here",
            StringComparison.Ordinal), output);

        // A change that a recipe fails with is rolled back, and both commands report that.
        site.Write("recipes/tank.csx",
            """Plant.tank.Scans.Payload(s => new { level = s["level"].Int > 5 ? throw new FormatException("too full") : 1 }).To(Sinks.tanks);""");
        await plant.WhenAsync("RECIPE name=recipes/tank.csx state=Running version=2");
        site.Replace("site.toml", "const 5", "const 6");
        await plant.WhenAsync("SITE state=Back");
        (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0 && Regex.IsMatch(output, TakenBack), output);
        (exit, output) = await PlantProcess.RunAsync("diff", site.Path);
        Assert.True(exit == 3 && Regex.IsMatch(output, TakenBack)
            && output.Contains("tank      restarts: tags.level.address", StringComparison.Ordinal), output);

        async Task<string> DiffAsync(int expected, params string[] options)
        {
            var (code, said) = await PlantProcess.RunAsync(["diff", copy.Path, "--against", site.Path, .. options]);
            Assert.True(code == expected, $"exit code {code}, expected {expected}:\n{said}");
            return said;
        }
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task A_mirror_goes_on_through_it_and_a_new_right_to_write_holds_at_once()
    {
        await using var server = await Snap7Process.StartAsync(
            new ServedBytes("DB", 1, 0, "SIZE", "4"), new ServedBytes("DB", 1, 0, "INT", "7"), new ServedBytes("DB", 2, 0, "SIZE", "8"));
        using var client = new Snap7Client(server);
        string Plc(string name) => $"[devices.{name}]\ndriver = \"s7\"\nhost = \"127.0.0.1\"\nport = {server.Port}\npoll = \"100ms\"\n";
        using var site =
            new SiteFolder(
                $"{SiteFolder.DefaultSite}\n\n{Plc("press")}tags = {{ count = \"DB1.DBW0:INT\" }}\n{Plc("lab")}blocks = \"write\"\ntags = {{ set = \"DB2.DBW4:INT\" }}\n");
        site.Write("recipes/mirror.csx",
            """Plant.press.Block("DB1", bytes: 2).MirrorTo(Plant.lab.Block("DB2"), every: 20.Milliseconds);""");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("MIRROR from=press.DB1 to=lab.DB2");
        await plant.WhenAsync("OK .*device=lab");

        site.Replace("site.toml", "level = \"const 5\"", "level = \"const 6\"");
        await plant.WhenAsync("SITE state=Changed");
        Assert.Equal((1, 1), (plant.Count("CONNECTED plant=1 device=press"), plant.Count("CONNECTED plant=1 device=lab")));
        var (exit, output) = await PlantProcess.RunAsync("write", site.Path, "lab", "set", "5", "--yes");
        Assert.True(exit == 1 && output.Contains("lab may not be written", StringComparison.Ordinal), output);

        // The target restarts under the mirror, and may be written from then on.
        site.Replace("site.toml", "blocks = \"write\"\ntags = { set = \"DB2.DBW4:INT\" }",
            "blocks = \"write\"\nwritable = true\ntags = { set = { address = \"DB2.DBW4:INT\", write = {} } }");
        await plant.WhenAsync("CONNECTED plant=1 device=lab", 2);
        await plant.WhenAsync("SITE state=Changed", 2);
        (exit, output) = await PlantProcess.RunAsync("write", site.Path, "lab", "set", "5", "--yes");
        Assert.True(exit == 0, output);
        Assert.Equal("000700000005", await client.ReadAsync("DB", 2, 0, 6));
        await plant.WhenAsync("PLAN devices=lab next=\"restarts: writable, tags.set.write added\"");

        // The right is taken away while a recipe needs it: nothing changes.
        site.Replace("site.toml", "blocks = \"write\"\n", "");
        await plant.WhenAsync(@"SITE problem=""recipes/mirror.csx.*lab may not be written to: blocks = \\""write\\""");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Equal((1, 1), (plant.Count("MIRROR from="), plant.Count("CONNECTED plant=1 device=press")));
        Assert.Equal(1, plant.Count("RECIPE name=recipes/mirror.csx"));
    }

    private static SiteFolder Site()
    {
        var first = SiteFolder.DefaultSite.IndexOf("poll   = \"100ms\"", StringComparison.Ordinal);
        var site = new SiteFolder(SiteFolder.DefaultSite.Remove(first, 16).Insert(first, "poll   = \"5ms\"") + TankSink);
        site.Write("recipes/line.csx", Recipe);
        site.Write("recipes/tank.csx", """Plant.tank.Scans.Payload(s => new { n = s.Number, level = s["level"] }).To(Sinks.tanks);""");
        return site;
    }

    private static List<int> Numbers(SiteFolder site, string file) =>
        [.. site.Lines(file).Select(l => Json(l).GetProperty("n").GetInt32())];

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
