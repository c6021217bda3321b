using System.Text.Json;
using System.Text.RegularExpressions;

namespace PlantRuntime.EndToEnd.Tests;

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
        Assert.Matches(@"START plant=1 device=line driver=simulator address=\S+ poll=500ms tags=6", output);
        Assert.Matches(@"OK device=line tags=6 cycle=[\d.]+ms", output);
        Assert.NotEmpty(site.Lines("logs/plant.log"));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_it_in_order(string signal)
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("CONNECTED sink=lines");
        await plant.SignalAsync(signal);
        Assert.Equal(0, await plant.WhenExitedAsync());
        Assert.Matches(@"END sink=lines produced=(\d+) delivered=\1 waiting=0", plant.Output);
        Assert.Equal(site.Lines("data/lines.jsonl").Length, int.Parse(Regex.Match(plant.Output, @"delivered=(\d+)").Groups[1].ValueSpan));
    }

    [Fact]
    public async Task The_running_host_holds_no_compiler()
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("state=Running");
        Assert.DoesNotContain("Microsoft.CodeAnalysis", File.ReadAllText($"/proc/{plant.Id}/maps"), StringComparison.Ordinal);
    }
}
