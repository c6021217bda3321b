using System.Text.Json;
using System.Text.RegularExpressions;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class RunTests
{
    [Fact]
    public async Task The_demo_runs_and_every_record_is_accounted_for()
    {
        using var site = SiteFolder.CopyOf("demo");
        var (exit, output) = await PlantProcess.RunAsync("run", site.Path, "--for", "5s");
        Assert.True(exit == 0, output);
        Assert.DoesNotContain(" ERROR ", output, StringComparison.Ordinal);
        var ends = Regex.Matches(output, @"END sink=(\w+) produced=(\d+) delivered=(\d+) waiting=0 deadlettered=0 lost=0");
        Assert.True(ends.Count == 3, output);
        Assert.All(ends, end => Assert.Equal(end.Groups[2].Value, end.Groups[3].Value));
        var lines = site.Lines("data/lines.jsonl");
        Assert.Equal(int.Parse(ends.Single(e => e.Groups[1].Value == "lines").Groups[3].ValueSpan), lines.Length);
        Assert.All(lines, line => Assert.Equal("line", JsonDocument.Parse(line).RootElement.GetProperty("device").GetString()));
        Assert.StartsWith("SQLite format 3", File.ReadAllText(site.At("data/history.db"))[..15]);
        Assert.Matches(@"START plant=1 device=line source=simulator driver=simulator plc=\S+ address=\S+ poll=500ms tags=6", output);
        Assert.Matches(@"OK plant=1 device=line ts=20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z tags=6 sample=\[\w+:[^,]+,\w+:[^,]+,\w+:[^\],]+\] cycle=[\d.]+ms", output);
        Assert.NotEmpty(site.Lines("logs/plant.log"));
    }

    [SkippableFact]
    public async Task A_start_shows_what_it_does_on_a_terminal_and_in_the_log()
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "there is no script(1) for a terminal");
        using var site = new SiteFolder();
        for (var i = 0; i < 20; i++) site.Write($"recipes/r{i}.csx", $"Plant.line.Scans.Where(s => s.Number > {i}).To(Sinks.lines);");
        await using var plant = PlantProcess.StartThrough(["sh", "-c", "script -qec \"stty cols 120 rows 50; $*\" /dev/null", "sh"],
            "run", site.Path, "--for", "1s");
        Assert.True(await plant.WhenExitedAsync() == 0, plant.Output);
        string[] steps =
        [
            @"^reading site\.toml \(\d+ s\)", @"^test: loading plugins \(", @"^test: (starting|compiling recipes, \d+ of 20) \(",
            @"^test: connecting, [0-2] of 2 devices \(",
        ];
        foreach (var step in steps) Assert.True(plant.Count(step) > 0, $"{step}\n{plant.Output}");
        var log = string.Join('\n', site.Lines("logs/plant.log"));
        Assert.Matches("(?s)INFO  STARTING step=plugins site=test.*STARTING step=recipes count=20.*STARTING step=devices count=2", log);
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_in_order(string signal)
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.StartForeground("run", site.Path);
        await plant.WhenAsync("CONNECTED sink=lines");
        await plant.SignalAsync(signal);
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END sink=lines produced=(\d+) delivered=\1 waiting=0", plant.Output);
        Assert.Equal(site.Lines("data/lines.jsonl").Length, int.Parse(Regex.Match(plant.Output, @"delivered=(\d+)").Groups[1].ValueSpan));
    }

    [SkippableFact]
    public async Task In_the_background_it_ignores_what_it_was_started_to_ignore_and_ends_on_TERM()
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.StartBackground("run", site.Path);
        await plant.WhenAsync("CONNECTED sink=lines");
        await plant.SignalAsync("INT");
        await plant.SignalAsync("HUP");

        // A plant that ends takes no edit any more.
        site.Write("recipes/all.csx", "Plant.line.Scans.OnChange().To(Sinks.lines);");
        await plant.WhenAsync("name=recipes/all.csx state=Running version=2");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END sink=lines produced=(\d+) delivered=\1 waiting=0", plant.Output);
    }

    [SkippableFact]
    public async Task HUP_ends_nothing_and_reads_the_site_again_into_the_new_log_file()
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.StartForeground("run", site.Path);
        await plant.WhenAsync("CONNECTED sink=lines");
        for (var i = 1; i <= 2; i++)
        {
            File.Move(site.At("logs/plant.log"), site.At($"logs/old{i}"));
            await plant.SignalAsync("HUP");
            await plant.WhenAsync("RELOAD by=SIGHUP", i);
        }

        site.Write("recipes/all.csx", "Plant.line.Scans.OnChange().To(Sinks.lines);");
        await plant.WhenAsync("name=recipes/all.csx state=Running version=2");
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Contains(site.Lines("logs/plant.log"), line => line.Contains("RELOAD by=SIGHUP", StringComparison.Ordinal));
        Assert.DoesNotContain('\0', File.ReadAllText(site.At("logs/plant.log")));
    }

    [SkippableFact]
    public async Task The_running_host_holds_no_compiler()
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("state=Running");
        Skip.IfNot(OperatingSystem.IsLinux(), "needs /proc");
        Assert.DoesNotContain("Microsoft.CodeAnalysis", File.ReadAllText($"/proc/{plant.Id}/maps"), StringComparison.Ordinal);
    }
}
