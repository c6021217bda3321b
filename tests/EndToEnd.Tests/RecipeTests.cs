using System.Text.Json;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class RecipeTests
{
    [SkippableFact]
    public async Task A_saved_recipe_takes_over_without_a_gap_and_a_wrong_one_does_not()
    {
        using var site = new SiteFolder();
        site.Write("recipes/line.csx", """Plant.line.Scans.Payload(s => new { v = 1, n = s.Number }).To(Sinks.lines);""");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("RECIPE name=recipes/line.csx state=Running version=1");
        await plant.WhenAsync("OK .*device=line");

        site.Write("recipes/line.csx", """Plant.line.Scans.Payload(s => new { v = 2, n = s.Number }).To(Sinks.lines);""");
        await plant.WhenAsync("name=recipes/line.csx state=Running version=2");

        site.Write("recipes/line.csx", """
            // wrong twice
            Plant.lin.Scans.Only("sped").To(Sinks.line);
            """);
        await plant.WhenAsync(@"recipes/line\.csx\(2,7\): error CS0117: .*'lin': did you mean 'line'");
        await plant.WhenAsync(@"recipes/line\.csx\(2,39\): error CS0117: .*'line': did you mean 'lines'");
        await plant.WhenAsync("the version before runs on");

        site.Write("recipes/line.csx", """
            var line = Plant.line.Scans;
            line.Where(s => s["botles"].Int > 0)
                .Only("sped").To(Sinks.lines);
            """);
        await plant.WhenAsync(@"recipes/line\.csx\(3,12\): error: no tag \\""sped\\"" in device line: did you mean \\""speed\\""");

        site.Write("recipes/line.csx", """Plant.line.Scans.Where(s => s["botles"].Int >= 0).To(Sinks.lines);""");
        await plant.WhenAsync(@"recipes/line\.csx\(1,32\): error: no tag \\""botles\\"" in device line: did you mean \\""bottles\\""");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());

        var records = site.Lines("data/lines.jsonl").Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var numbers = records.Select(r => r.GetProperty("n").GetInt32()).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.Equal([1, 2], records.Select(r => r.GetProperty("v").GetInt32()).Distinct());
        Assert.Equal(1, plant.Count("CONNECTED plant=1 device=line"));
    }

    [SkippableFact]
    public async Task A_recipe_that_runs_away_is_named_and_the_others_run_on()
    {
        using var site = new SiteFolder();
        site.Write("recipes/good.csx", """Plant.line.Scans.Payload(s => new { n = s.Number }).To(Sinks.lines);""");
        site.Write("recipes/later.csx",
            """Plant.tank.Scans.Where(s => { while (s["level"].Int > 0) { try { } catch { } } return true; }).To(Sinks.lines);""");
        site.Write("recipes/now.csx", """Plant.tank.Scans.Where(s => { for (;;) ; }).To(Sinks.lines);""");
        site.Write("recipes/deep.csx", """
            int Deep(int n) => Deep(n + 1) + 1;
            Plant.tank.Scans.Where(s => Deep(1) > 0).To(Sinks.lines);
            """);
        site.Write("recipes/top.csx", "while (true) { try { while (true) ; } catch { } }");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("ERROR RECIPE name=recipes/now.csx .*stopped");
        await plant.WhenAsync("ERROR RECIPE name=recipes/deep.csx .*nest too deep");
        await plant.WhenAsync("ERROR RECIPE name=recipes/top.csx .*top level ran for more than 2 s");
        await plant.WhenAsync("STOPPED recipe=recipes/later.csx reason=\"it was busy with one scan for more than 2 s");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        var numbers = site.Lines("data/lines.jsonl").Select(l => JsonDocument.Parse(l).RootElement.GetProperty("n").GetInt32()).ToList();
        Assert.True(numbers.Count > 10);
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    [Fact]
    public async Task Shared_pieces_are_loaded_and_a_change_of_one_reloads()
    {
        using var site = new SiteFolder();
        Directory.CreateDirectory(site.At("scripts"));
        site.Write("scripts/piece.csx", "object Shape(Scan scan) => new { piece = 1 };");
        site.Write("recipes/line.csx", """
            #load "piece.csx"
            #load "changes.csx"
            Plant.line.Scans.Payload(Shape).To(Sinks.lines);
            Changes(Plant.line.Scans.Only("bottles")).To(Sinks.lines);
            """);
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("name=recipes/line.csx state=Running version=1");
        site.Write("scripts/piece.csx", "object Shape(Scan scan) => new { piece = 2 };");
        await plant.WhenAsync("name=recipes/line.csx state=Running version=2");
        File.Delete(site.At("recipes/line.csx"));
        await plant.WhenAsync("name=recipes/line.csx state=Removed");
    }

    [SkippableFact]
    public async Task A_restart_compiles_nothing()
    {
        using var site = new SiteFolder();
        site.Write("recipes/line.csx", "Plant.line.Scans.To(Sinks.lines);");
        Assert.Equal(0, (await PlantProcess.RunAsync("check", site.Path)).ExitCode);
        var built = File.GetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(site.At("data/recipes"), "*.dll")));
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("name=recipes/line.csx state=Running version=1");
        Assert.Equal(built, File.GetLastWriteTimeUtc(Assert.Single(Directory.GetFiles(site.At("data/recipes"), "*.dll"))));
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /proc");
        Assert.Empty(File.ReadAllText($"/proc/{plant.Id}/task/{plant.Id}/children"));
    }
}
