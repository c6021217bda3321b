using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>The section <c>[log]</c> and the variables that take the place of its values.</summary>
public sealed class LogOptionsTests
{
    private const string Devices = """

        [site]
        name = "a"
        [devices.press]
        driver = "s7"
          [devices.press.tags]
          x = "DB1"
        """;

    [Fact]
    public void The_environment_has_priority_over_the_file_and_the_file_over_the_default()
    {
        const string Log = "[log]\nlevel = \"error\"\nformat = \"json\"\ndaily = true\nmax_age = \"90d\"";
        using var site = new TempSite().With("site.toml", Log + Devices);
        var log = site.Load().Model!.EffectiveLog;
        Assert.Equal(
            (LogLevel.Error, LogFormat.Json, "logs/plant.log", 31, TimeSpan.FromDays(90)),
            (log.Level, log.Format, log.File, log.FilesKept, log.MaxAge));

        var (model, problems) = site.Load(
            ("PLANT_LOG_LEVEL", "Debug\r"), ("PLANT_LOG_FORMAT", "TEXT"), ("PLANT_LOG_FILE", "/var/log/plant.log"));
        Assert.Empty(problems);
        log = model!.EffectiveLog;
        Assert.Equal((LogLevel.Debug, LogFormat.Text, "/var/log/plant.log"), (log.Level, log.Format, log.File));

        // The file is compared with an edited one, whatever the environment of the command is.
        Assert.Equal((LogLevel.Error, LogFormat.Json), (model.Log.Level, model.Log.Format));
        Assert.Equal(LogLevel.Error, site.Load(("PLANT_LOG_LEVEL", " ")).Model!.EffectiveLog.Level);
    }

    [Fact]
    public void Words_and_limits_are_checked()
    {
        using var site = new TempSite().With("site.toml", "[log]\nformat = \"jsno\"\nmax_age = \"2h\"\nkeep = 2000" + Devices);
        var (_, problems) = site.Load(("PLANT_LOG_LEVEL", "3"), ("PLANT_LOG_FORMAT", "xml"));
        Assert.Equal(
            """
            site.toml:2:10: error: format: expected one of "text", "json", found "jsno": did you mean "json"?
            site.toml:4:8: error: keep: expected an integer from 0 to 1000, found 2000
            environment: error: PLANT_LOG_LEVEL: expected debug, info, warn or error, found "3"
            environment: error: PLANT_LOG_FORMAT: expected text or json, found "xml"
            """.ReplaceLineEndings("\n"), string.Join('\n', problems));
        using var young = new TempSite().With("site.toml", "[log]\nmax_age = \"2h\"" + Devices);
        Assert.Equal("site.toml:2:11: error: max_age: expected at least \"1d\"", Assert.Single(young.Load().Problems).ToString());
    }
}
