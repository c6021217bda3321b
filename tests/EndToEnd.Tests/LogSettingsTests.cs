using System.Text.Json;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The settings of <c>[log]</c>, and those of the environment that take their place.</summary>
[Trait("Needs", "Process")]
public class LogSettingsTests
{
    private const string Recipe = "Plant.line.Scans.To(Sinks.lines);";

    [Fact]
    public async Task The_environment_has_priority_over_site_toml_also_after_an_edit()
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite + "\n[log]\nlevel = \"debug\"\nformat = \"json\"\n");
        site.Write("recipes/all.csx", Recipe);
        var environment = new Dictionary<string, string>
            { ["PLANT_LOG_LEVEL"] = "INFO", ["PLANT_LOG_FORMAT"] = "text", ["PLANT_LOG_FILE"] = "other/host.log" };
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        await plant.WhenAsync("^20.*Z INFO  CONNECTED sink=lines");
        site.Write("site.toml", SiteFolder.DefaultSite + "\n[log]\nlevel = \"error\"\n");
        await plant.WhenAsync("INFO  SITE state=Changed");
        Assert.Equal(0, plant.Count(" DEBUG "));
        Assert.Contains(" INFO  CONNECTED sink=lines", string.Join('\n', site.Lines("other/host.log")), StringComparison.Ordinal);
        Assert.False(File.Exists(site.At("logs/plant.log")));
    }

    [Fact]
    public async Task Json_goes_to_the_file_and_to_the_console()
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite + "\n[log]\nformat = \"json\"\n");
        site.Write("recipes/all.csx", Recipe);
        var (exit, output) = await PlantProcess.RunAsync("run", site.Path, "--for", "1s");
        Assert.Equal(0, exit);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines, site.Lines("logs/plant.log"));
        var events = lines.Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var end = events.Single(e => e.GetProperty("event").GetString() == "END" && e.TryGetProperty("sink", out _));
        Assert.Equal(("info", "lines", 0L), (end.GetProperty("level").GetString(), end.GetProperty("sink").GetString(),
            end.GetProperty("waiting").GetInt64()));
        Assert.All(events, e => Assert.True(e.GetProperty("time").GetDateTime().Kind == DateTimeKind.Utc));
    }

    [Fact]
    public async Task A_variable_without_sense_is_an_error_that_names_it()
    {
        using var site = new SiteFolder();
        var environment = new Dictionary<string, string> { ["PLANT_LOG_LEVEL"] = "wran" };
        var (exit, output) = await PlantProcess.RunAsync(environment, "check", site.Path);
        Assert.Equal(1, exit);
        Assert.Contains(
            "environment: error: PLANT_LOG_LEVEL: expected debug, info, warn or error, found \"wran\": did you mean \"warn\"?", output,
            StringComparison.Ordinal);
    }
}
